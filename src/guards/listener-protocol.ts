import type { Json } from './guard.ts'

const protocols: ReadonlySet<Json | undefined> = new Set(['HTTP', 'HTTPS', 'TLS'])

/** Whether listeners of this protocol tell names apart, so that one without a hostname takes every name. */
export function tellsNamesApart(protocol: Json | undefined): protocol is string {
  return protocols.has(protocol)
}
