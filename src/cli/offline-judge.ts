/** The engine of the server without a server: facts from memory, nothing to wait for. */
import { judge } from '../admission/judge.ts'
import { mismatchReason } from '../admission/answer.ts'
import { fill } from '../admission/mutate.ts'
import type { Review } from '../admission/review.ts'
import type { Config } from '../config/config.ts'
import { guards } from '../guards/index.ts'
import type { PatchOperation } from '../mutators/mutator.ts'
import type { NamespaceIndex } from '../tenancy/namespace-index.ts'
import { activeMutators } from './active-mutators.ts'
import { refuseLine, type Answer } from './check-answer.ts'
import { policyOf } from './policy.ts'

export interface OfflineAnswer extends Answer {
  /** Whether any guard looks at this kind at all. */
  readonly isGuarded: boolean
}

export interface OfflineJudge {
  judge(review: Review): OfflineAnswer
  /** What the mutators that are switched on would add before the guards judge. */
  fill(review: Review): readonly PatchOperation[]
}

/** Creates the judge for `check`. A guard that throws is told through `complain`, and the review refused. */
export function createOfflineJudge(
  config: Config,
  index: NamespaceIndex,
  complain: (line: string) => void,
): OfflineJudge {
  const policy = { ...policyOf(config), mutators: activeMutators(config) }
  const deps = {
    guards,
    namespaces: {
      apexes: index.apexes,
      get: (name: string) => index.get(name),
      // There is no API server to ask.
      refresh: () => undefined,
    },
    recorder: {
      fault(where: string, uid: string, error: unknown) {
        const said = error instanceof Error ? (error.stack ?? error.message) : String(error)
        complain(`${where} failed on review ${JSON.stringify(uid)}, which is a fault in Gatehouse: ${said}`)
      },
    },
    policy: () => policy,
  }

  return {
    judge(review) {
      const judged = judge(review, deps, patience)
      if (judged instanceof Promise || judged.kind === 'overload') throw new Error(waited)
      if (judged.kind === 'mismatch') return { ...refuseLine(review.uid, 400, mismatchReason), isGuarded: true }
      return { uid: review.uid, ...judged.decision, isGuarded: judged.family !== 'none' }
    },
    fill(review) {
      const filled = fill(review, deps, { endpoint: 'mutate', family: undefined, ...patience })
      if (filled instanceof Promise || filled.kind === 'overload') throw new Error(waited)
      return filled.kind === 'filled' ? filled.operations : []
    },
  }
}

const patience = { deadline: Infinity, enter: () => true }
const waited = 'facts in memory made a review wait'
