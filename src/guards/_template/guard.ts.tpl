import type { Guard, Json, Violation } from '../guard.ts'
import { member } from '../json.ts'
import { quote } from '../violation.ts'

const id = 'template-guard'

/**
 * One sentence: what holds once this guard is enforced.
 *
 * **Restricted fields:** `spec.example` of Example.
 * **Allowed values:** anything but 'refused'.
 * **Why:** what goes wrong without the rule.
 *
 * Source: where the rule is written down.
 */
export const templateGuard = {
  id,
  title: 'One line for lists: what holds',
  origins: {
    'refused-example': 'what this violation means, for the page of guards',
  },
  concerns: () => true,
  namespaces: () => [],
  reads: (object) => [exampleOf(object)],
  ratchet: true,
  check({ object }) {
    const example = exampleOf(object)
    return { violations: example === 'refused' ? [refuseExample(example)] : [], advice: [] }
  },
} as const satisfies Guard

function exampleOf(object: Json): Json | undefined {
  return member(member(object, 'spec'), 'example')
}

function refuseExample(example: string): Violation {
  return {
    field: 'spec.example',
    type: 'Forbidden',
    malformed: false,
    detail: `${quote(example)} may not be used; choose another value`,
    origin: `${id}/refused-example`,
    ratchetKey: `example ${example}`,
    kept: `${quote(example)} may not be used`,
  }
}
