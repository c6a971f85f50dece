/** How the API server matches a request against a rule of a webhook (admissionregistration.k8s.io/v1, `Rule`). */
import type { LiveRule } from './live.ts'

export interface Asked {
  readonly group: string
  readonly version: string
  readonly resource: string
  /** Empty: the object itself. */
  readonly subresource: string
  readonly operation: string
  readonly scope: 'Namespaced' | 'Cluster'
}

export function isMatched(rule: LiveRule, asked: Asked): boolean {
  return (
    hasOrAll(rule.apiGroups, asked.group) &&
    hasOrAll(rule.apiVersions, asked.version) &&
    hasOrAll(rule.operations, asked.operation) &&
    (rule.scope === '*' || rule.scope === asked.scope) &&
    rule.resources.some((pattern) => isResourceMatched(pattern, asked))
  )
}

function hasOrAll(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value)
}

/** `pods`, `pods/status`, `pods/*`, `*`, `*` + `/status`; a lone `*` means no subresource. */
function isResourceMatched(pattern: string, { resource, subresource }: Asked): boolean {
  const slash = pattern.indexOf('/')
  const object = slash < 0 ? pattern : pattern.slice(0, slash)
  const part = slash < 0 ? '' : pattern.slice(slash + 1)
  return (object === '*' || object === resource) && (part === subresource || part === '*')
}
