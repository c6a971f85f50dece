import { ConfigError } from '../config/config-error.ts'

/** Refuses settings that only a later version acts on: a start without them would pretend to what is not there. */
export function refuseUnfinished(path: string, settings: Readonly<Record<string, boolean>>): void {
  const keys = Object.entries(settings).flatMap(([key, isSet]) => (isSet ? [key] : []))
  if (keys.length === 0) return
  const text = 'is not acted on by this version of Gatehouse; leave it out'
  throw new ConfigError(
    path,
    keys.map((where) => ({ where, text })),
  )
}
