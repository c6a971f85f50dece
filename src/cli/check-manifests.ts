/** `check MANIFEST...`: objects in, one verdict each out, as if they were created. */
import { decodeReview } from '../admission/review.ts'
import { member } from '../guards/json.ts'
import type { Caller } from '../tenancy/trust.ts'
import { applyPatch } from './apply-patch.ts'
import { verdictOf } from './check-answer.ts'
import { renderAnswer, renderFilled, renderSummary, startTally, tally } from './check-text.ts'
import { readManifestFiles, type ManifestFile } from './manifest-files.ts'
import { readManifestObjects, type ManifestFault, type ManifestObject } from './manifest-objects.ts'
import type { OfflineJudge } from './offline-judge.ts'
import { reviewOfObject } from './review-of-object.ts'
import type { Terminal } from './terminal.ts'

/** What a manifest does not say itself. */
export interface ManifestRequest {
  /** For objects without one. */
  readonly namespace: string
  readonly caller: Caller
}

/** Judges every object of every file; resolves to the exit code. What cannot be read hides nothing else. */
export async function checkManifests(
  operands: readonly string[],
  request: ManifestRequest,
  engine: OfflineJudge,
  format: 'text' | 'json',
  terminal: Terminal,
): Promise<number> {
  const counts = startTally()
  let faults = 0
  for await (const file of readManifestFiles(operands, terminal.input)) {
    for (const manifest of objectsOf(file)) {
      const outcome = 'fault' in manifest ? manifest : judgeManifest(file.name, manifest)
      if ('fault' in outcome) {
        faults++
        terminal.complain(`${file.name}: ${outcome.fault}`)
      } else await terminal.print(outcome.output)
    }
  }
  const objects = counts.allowed + counts.denied + counts.notJudged
  if (objects > 0 && format === 'text') await terminal.print(renderSummary('object', counts, terminal.paint))
  if (objects === 0 && faults === 0) terminal.complain('The manifests hold no object, so nothing was judged.')
  if (objects === 0 || faults > 0) return 2
  return counts.denied > 0 ? 1 : 0

  function judgeManifest(file: string, manifest: ManifestObject): { readonly output: string } | ManifestFault {
    const { line, apiVersion, kind, object } = manifest
    if (kind === 'AdmissionReview') return { fault: `line ${line}: an AdmissionReview is no manifest; use --reviews` }
    // Through the decoder of the server, so that a manifest is bounded and read like any other object.
    const body = reviewOfObject({ ...manifest, uid: `line ${line}`, operation: 'CREATE', oldObject: null, ...request })
    const review = decodeReview(Buffer.from(JSON.stringify(body)))
    if ('malformed' in review) return { fault: `line ${line}: ${review.malformed}` }
    const patch = engine.fill(review)
    const answer = engine.judge({ ...review, object: applyPatch(object, patch) })
    tally(counts, answer)
    const name = nameOf(manifest, review.name)
    // The review of a Namespace names it twice.
    const namespace = kind === 'Namespace' ? '' : review.namespace
    if (format === 'text') {
      const subject = [kind, [namespace, name].filter((part) => part !== '').join('/')].join(' ')
      return { output: renderAnswer(`${file}:${line}`, subject, answer, terminal.paint) + renderFilled(patch) }
    }
    const place = { file, line, apiVersion, kind, namespace, name, judged: answer.isGuarded, patch }
    return { output: `${JSON.stringify({ ...place, ...verdictOf(answer) })}\n` }
  }
}

function objectsOf(file: ManifestFile): readonly (ManifestObject | ManifestFault)[] {
  return 'fault' in file ? [file] : readManifestObjects(file.text)
}

/** The name, or what an API server will make one of. */
function nameOf({ object }: ManifestObject, name: string): string {
  const prefix = member(member(object, 'metadata'), 'generateName')
  return name === '' && typeof prefix === 'string' && prefix !== '' ? `${prefix}*` : name
}
