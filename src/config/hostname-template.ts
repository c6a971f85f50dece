import { z } from 'zod'
import { isApex } from '../hostnames/name.ts'
import { showValue } from './show-value.ts'

/** A template for hostnames: text with `{name}`, `{namespace}` and `{apex}` in it. */
export const HostnameTemplate = z
  .string()
  .default('{name}.{apex}')
  .refine(isHostnameTemplate, {
    error: ({ input }) =>
      `must be '{apex}' or end with '.{apex}', make a DNS name, and hold no placeholders but '{name}', '{namespace}' and '{apex}', not ${showValue(input)}`,
  })
  .describe("Hostname with '{name}' and '{namespace}' of the object and the '{apex}' of its tenant")

/** A name that does not end with the apex would be refused by the guard that judges the result. */
function isHostnameTemplate(template: string): boolean {
  if (template !== '{apex}' && !template.endsWith('.{apex}')) return false
  const sample = template.replaceAll('{name}', 'a').replaceAll('{namespace}', 'a').replaceAll('{apex}', 'a')
  return isApex(sample)
}
