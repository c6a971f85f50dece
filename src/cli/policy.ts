import type { Policy } from '../admission/judge.ts'
import type { Config } from '../config/config.ts'
import { forEveryGuard } from '../guards/resources.ts'

/** What the guards go by: the platform's facts and the mode of every guard. */
export function policyOf({ settings, guards }: Pick<Config, 'settings' | 'guards'>): Policy {
  return {
    settings,
    modes: forEveryGuard((id) => guards[id].mode),
  }
}
