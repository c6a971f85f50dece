/** What must be true of writes, whatever broke while they were sent. */
import assert from 'node:assert/strict'
import type { ApiRequest } from '../../support/control-plane/api-request.ts'
import type { Attempt, Write } from './load.ts'
import { kinds, listNames, own } from './tenants.ts'

/** A good one is refused by nobody, a bad one admitted by nobody; not once. */
export function assertVerdicts(writes: readonly Write[]): void {
  const wrong = writes.flatMap((write) =>
    write.attempts
      .filter(({ verdict }) => verdict === (write.isGood ? 'refused' : 'admitted'))
      .map(({ status, text }) => `${write.kind.kind} ${write.name}: ${status} ${text}`),
  )
  assert.deepEqual(wrong, [])
  for (const isGood of [true, false]) {
    for (const { kind } of kinds) {
      assert.ok(
        writes.some((write) => write.isGood === isGood && write.kind.kind === kind),
        `no ${isGood ? 'good' : 'bad'} ${kind} was written`,
      )
    }
  }
}

/** Calls that brought no verdict, as text to compare and to read. */
export function listFailures(
  writes: readonly Write[],
  isExpected: (attempt: Attempt) => boolean = () => false,
): readonly string[] {
  return writes.flatMap(({ name, attempts }) =>
    attempts
      .filter((attempt) => attempt.verdict === 'none' && !isExpected(attempt))
      .map(({ startedAt, endedAt, status, text }) => `${name}: ${status} from ${startedAt} to ${endedAt}: ${text}`),
  )
}

/** Every good object of these writes is stored, and nothing else whose name begins like theirs. */
export async function assertStored(request: ApiRequest, writes: readonly Write[], prefix: string): Promise<void> {
  for (const kind of kinds) {
    const found = await listNames(request, kind.collectionIn(own.namespace))
    const wanted = writes.filter((write) => write.isGood && write.kind.kind === kind.kind).map(({ name }) => name)

    assert.deepEqual(
      found.filter((name) => name.startsWith(`${prefix}-`)),
      wanted.sort(),
      kind.kind,
    )
  }
}
