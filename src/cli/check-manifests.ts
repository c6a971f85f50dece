/** `check MANIFEST...`: objects in, one verdict each out, as if they were created. */
import type { JsonObject } from '../guards/guard.ts'
import { member } from '../guards/json.ts'
import { verdictOf } from './check-answer.ts'
import { renderAnswer, renderSummary, startTally, tally } from './check-text.ts'
import { readManifestFiles, type ManifestFile } from './manifest-files.ts'
import { readManifestObjects, type ManifestFault, type ManifestObject } from './manifest-objects.ts'
import { reviewOfManifest, type ManifestRequest } from './manifest-review.ts'
import type { OfflineJudge } from './offline-judge.ts'
import { printable } from './printable.ts'
import type { Terminal } from './terminal.ts'

/** Judges every object of every file; resolves to the exit code. What cannot be read hides nothing else. */
export async function checkManifests(
  operands: readonly string[],
  request: ManifestRequest,
  judge: OfflineJudge,
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
        terminal.complain(`${printable(file.name)}: ${outcome.fault}`)
      } else await terminal.print(outcome.output)
    }
  }
  const objects = counts.allowed + counts.denied + counts.notJudged
  if (objects > 0 && format === 'text') await terminal.print(renderSummary('object', counts, terminal.paint))
  if (objects === 0 && faults === 0) terminal.complain('The manifests hold no object, so nothing was judged.')
  if (objects === 0 || faults > 0) return 2
  return counts.denied > 0 ? 1 : 0

  function judgeManifest(file: string, manifest: ManifestObject): { readonly output: string } | ManifestFault {
    const { line, apiVersion, kind } = manifest
    const review = reviewOfManifest(manifest, request)
    if ('malformed' in review) return { fault: `line ${line}: ${review.malformed}` }
    const answer = judge(review)
    tally(counts, answer)
    const name = nameOf(manifest.object, review.name)
    // The review of a Namespace names it twice.
    const namespace = kind === 'Namespace' ? '' : review.namespace
    if (format === 'text') {
      const subject = [kind, [namespace, name].filter((part) => part !== '').join('/')].join(' ')
      return { output: renderAnswer(`${file}:${line}`, subject, answer, terminal.paint) }
    }
    const place = { file, line, apiVersion, kind, namespace, name, judged: answer.isGuarded }
    return { output: `${JSON.stringify({ ...place, ...verdictOf(answer) })}\n` }
  }
}

function objectsOf(file: ManifestFile): readonly (ManifestObject | ManifestFault)[] {
  return 'fault' in file ? [file] : readManifestObjects(file.text)
}

/** The name, or what an API server will make one of. */
function nameOf(object: JsonObject, name: string): string {
  const prefix = member(member(object, 'metadata'), 'generateName')
  return name === '' && typeof prefix === 'string' && prefix !== '' ? `${prefix}*` : name
}
