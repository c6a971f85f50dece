import type { Config } from '../config/config.ts'
import { tenancyOf, type Namespace } from '../tenancy/tenancy.ts'
import { ok, wrong, type Finding } from './doctor-finding.ts'

const namesShown = 5

/** Whether the labels of tenants' namespaces can be judged by: one line for each thing that is wrong with some. */
export function examineFacts(namespaces: readonly Namespace[], settings: Config['settings']): readonly Finding[] {
  const { namespacePrefix, hostLabel } = settings
  const tenants = namespaces.filter(({ name, terminating }) => name.startsWith(namespacePrefix) && !terminating)
  const tenancies = tenants.map((namespace) => tenancyOf(namespace.name, namespace, settings))
  const named = (kind: string): readonly string[] =>
    tenancies.flatMap((tenancy) => (tenancy.kind === kind && 'namespace' in tenancy ? [tenancy.namespace] : []))
  const remedy = 'Set `spec.host` of the Tenant, or the label as a trusted caller'
  const findings: Finding[] = []
  const report = (names: readonly string[], what: string): void => {
    if (names.length > 0) findings.push(wrong('facts', `${what}: ${listNames(names)}`, remedy))
  }
  report(named('label-missing'), `The label '${hostLabel}' is missing, so that no route may be written`)
  report(named('label-empty'), `The label '${hostLabel}' is empty, so that no route may be written`)
  report(named('label-malformed'), `The label '${hostLabel}' is no DNS name, so that no route may be written`)

  const owners = Map.groupBy(
    tenancies.flatMap((tenancy) => (tenancy.kind === 'apex' ? [tenancy] : [])),
    ({ apex }) => apex,
  )
  for (const [apex, sharing] of owners) {
    if (sharing.length < 2) continue
    const names = sharing.map(({ namespace }) => namespace)
    const text = `'${apex}' belongs to several namespaces, each of which may route all of it: ${listNames(names)}`
    findings.push(wrong('facts', text, 'Give each tenant an apex of its own'))
  }
  if (findings.length > 0) return findings
  return [ok('facts', `${tenants.length} namespaces of tenants ('${namespacePrefix}…') with an apex each`)]
}

function listNames(names: readonly string[]): string {
  const shown = names.slice(0, namesShown).join(', ')
  return names.length > namesShown ? `${shown} and ${names.length - namesShown} more` : shown
}
