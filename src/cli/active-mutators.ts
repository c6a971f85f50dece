import type { ConfiguredMutator } from '../admission/mutate.ts'
import type { Config } from '../config/config.ts'
import { mutators } from '../mutators/index.ts'
import { mutatorIds } from '../mutators/mutator.ts'

/** The mutators that are switched on, each with its settings in it. */
export function activeMutators({ mutators: configured }: Pick<Config, 'mutators'>): readonly ConfiguredMutator[] {
  return mutatorIds.flatMap((id): ConfiguredMutator[] => {
    if (configured[id].mode === 'disabled') return []
    return id === 'default-route-hostname'
      ? [{ ...mutators[id], patch: (input) => mutators[id].patch(input, configured[id]) }]
      : [{ ...mutators[id], patch: (input) => mutators[id].patch(input) }]
  })
}
