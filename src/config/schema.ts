import { z } from 'zod'
import { Config } from './config.ts'

/** The JSON Schema of the configuration file as people write it, for editors: see `config.schema.json`. */
export function describeConfig(): object {
  const { $schema, ...schema } = z.toJSONSchema(Config, { io: 'input' })
  return { $schema, title: 'Gatehouse configuration', ...schema }
}
