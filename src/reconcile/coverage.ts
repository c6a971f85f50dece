/** Looks again and again whether the live registration covers what guards look at, and tells when it does not. */
import type { Installation } from '../coverage/expected.ts'
import type { CoverageInput, findGaps } from '../coverage/find-gaps.ts'
import type { Gap } from '../coverage/gap.ts'
import type { LiveConfiguration } from '../coverage/live.ts'
import type { Controller, Pass } from './controller.ts'
import type { Discovery, RegistrationStore } from './installation-ports.ts'
import type { EventObject, EventPublisher, Log } from './ports.ts'

export interface CoverageOptions {
  readonly intervalMs: number
  /** `ca` apart, which is read with every pass. */
  readonly installation: Omit<Installation, 'ca'>
  readonly find: typeof findGaps
  readonly discovery: Discovery
  readonly registrations: RegistrationStore
  /** PEM of the CA that the serving certificate comes from; undefined: not known. */
  readonly readCA: (signal: AbortSignal) => Promise<string | undefined>
  readonly events: EventPublisher
  readonly log: Log
  /** Told of the number of gaps by resource with every pass. */
  readonly onGaps: (gaps: ReadonlyMap<string, number>) => void
}

/** A rotation or a roll-out under way is no gap: what is found is looked at once more before anybody is told. */
const confirmMs = 60_000

export function createCoverage(options: CoverageOptions): Controller {
  const { intervalMs, find, events, log, onGaps } = options
  const suspected = new Set<string>()
  const told = new Map<string, Gap>()

  return {
    name: 'coverage',
    intervalMs,
    async reconcile(pass) {
      const input = await observeCoverage(options, pass.signal)
      const gaps = groupByText(find(input))
      onGaps(countByResource(gaps))
      for (const key of suspected) if (!gaps.has(key)) suspected.delete(key)
      for (const [key, gap] of told) {
        if (gaps.has(key)) continue
        told.delete(key)
        log.info({ resource: gap.resource, kind: gap.kind, gap: gap.text }, 'Closed a coverage gap')
      }
      let isNew = false
      for (const [key, group] of gaps) {
        if (told.has(key)) continue
        if (suspected.delete(key)) await tell(key, group, input, pass)
        else {
          suspected.add(key)
          isNew = true
        }
      }
      return isNew ? { changes: [], againMs: Math.min(confirmMs, intervalMs) } : { changes: [] }
    },
  }

  async function tell(key: string, group: readonly Gap[], input: CoverageInput, pass: Pass): Promise<void> {
    const [gap] = group
    if (gap === undefined) return
    told.set(key, gap)
    const resources = group.map(({ resource }) => resource)
    log.warn({ resources, kind: gap.kind, gap: gap.text, remedy: gap.remedy }, 'Found a coverage gap')
    if (pass.dryRun) return
    const note = `${gap.text}. ${gap.remedy}`
    const regarding = regard(gap.mutating ? input.mutating : input.validating, gap, options.installation.configurations)
    await events.publish({ type: 'Warning', reason: 'CoverageGap', action: 'Compare', note, regarding })
  }
}

/** Everything that gaps are found in, read afresh. */
export async function observeCoverage(
  options: Pick<CoverageOptions, 'installation' | 'discovery' | 'registrations' | 'readCA'>,
  signal: AbortSignal,
): Promise<CoverageInput> {
  const { installation, discovery, registrations } = options
  const [served, validating, mutating, ca] = await Promise.all([
    discovery.list(signal),
    registrations.read('ValidatingWebhookConfiguration', signal),
    registrations.read('MutatingWebhookConfiguration', signal),
    options.readCA(signal),
  ])
  return { served, validating, mutating, installation: { ...installation, ca } }
}

/** One thing that is wrong with a webhook is a gap for each of its resources, and one piece of news. */
function groupByText(gaps: readonly Gap[]): ReadonlyMap<string, readonly Gap[]> {
  return Map.groupBy(gaps, ({ text }) => text)
}

function countByResource(gaps: ReadonlyMap<string, readonly Gap[]>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { resource } of [...gaps.values()].flat()) counts.set(resource, (counts.get(resource) ?? 0) + 1)
  return counts
}

function regard(live: LiveConfiguration | undefined, gap: Gap, name: string): EventObject {
  const kind = gap.mutating ? 'MutatingWebhookConfiguration' : 'ValidatingWebhookConfiguration'
  return { apiVersion: 'admissionregistration.k8s.io/v1', kind, name, uid: live?.uid }
}
