/** The engine of the server without a server: facts from memory, nothing to wait for. */
import { judge, type JudgeDeps } from '../admission/judge.ts'
import type { Review } from '../admission/review.ts'
import type { Config } from '../config/config.ts'
import { guards } from '../guards/index.ts'
import type { NamespaceIndex } from '../tenancy/namespace-index.ts'
import { refuseLine, type Answer } from './check-answer.ts'
import { policyOf } from './policy.ts'

export interface OfflineAnswer extends Answer {
  /** Whether any guard looks at this kind at all. */
  readonly isGuarded: boolean
}

export type OfflineJudge = (review: Review) => OfflineAnswer

/** Creates the judge for `check`. A guard that throws is told through `complain`, and the review refused. */
export function createOfflineJudge(
  config: Config,
  namespaces: NamespaceIndex,
  complain: (line: string) => void,
): OfflineJudge {
  const policy = policyOf(config)
  const deps: JudgeDeps = {
    guards,
    namespaces: {
      apexes: namespaces.apexes,
      get: (name) => namespaces.get(name),
      // There is no API server to ask.
      refresh: () => undefined,
      configure: (settings) => namespaces.configure(settings),
    },
    recorder: {
      fault: (where, uid, error) =>
        complain(`${where} failed on review ${JSON.stringify(uid)}, which is a fault in Gatehouse: ${describe(error)}`),
    },
    policy: () => policy,
  }
  return (review) => {
    const judged = judge(review, deps, patience)
    if (judged instanceof Promise || judged.kind === 'overload') throw new Error('facts in memory made a review wait')
    if (judged.kind === 'mismatch') return { ...refuseLine(review.uid, 400, mismatch), isGuarded: true }
    return { uid: review.uid, ...judged.decision, isGuarded: judged.family !== 'none' }
  }
}

const patience = { deadline: Infinity, enter: () => true }
const mismatch = 'kind and resource of the request do not belong together'

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
