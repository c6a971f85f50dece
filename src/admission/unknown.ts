import type { GuardInput, Violation } from '../guards/guard.ts'
import type { GuardId, TableOrigin } from '../guards/resources.ts'
import { quote } from '../guards/violation.ts'
import type { Match } from './match.ts'

/** The refusal of what the table does not know; undefined where it knows it. Unknown is never allowed. */
export function refuseUnknown(
  guard: GuardId,
  rule: Match['rule'],
  { group, version, kind, subResource }: Pick<GuardInput, 'group' | 'version' | 'kind' | 'subResource'>,
): Violation | undefined {
  const refuse = (origin: TableOrigin, field: string, detail: string): Violation => ({
    field,
    type: 'Forbidden',
    malformed: false,
    detail,
    origin: `${guard}/${origin}`,
  })
  switch (rule) {
    case 'unknown-version':
      return refuse(
        rule,
        'apiVersion',
        `${quote(version)} is no version of ${quote(kind)} that is judged here, so it may not be written; use a version that \`gatehouse explain ${guard}\` lists`,
      )
    case 'retired-group':
      return refuse(
        rule,
        'apiVersion',
        `${quote(`${group}/${version}`)} may not be written in a tenant namespace; use the current group of ${quote(kind)}`,
      )
    case 'unknown-subresource':
      return refuse(
        rule,
        'request.subResource',
        `${quote(subResource)} is no sub-resource of ${quote(kind)} that is judged here, so it may not be written`,
      )
    case 'unknown-operation':
      return refuse(rule, 'request.operation', `only CREATE, UPDATE and DELETE of ${quote(kind)} may be asked for`)
    case 'judged':
    case 'unjudged':
    case 'deleted':
      return undefined
  }
}
