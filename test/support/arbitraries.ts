/** What fast-check draws from: JSON of any shape, names good and bad, callers, Kubernetes objects with holes. */
import fc from 'fast-check'

import type { Json } from '../../src/guards/guard.ts'
import type { Caller } from '../../src/tenancy/trust.ts'

/** JSON of any shape, keys like `__proto__` included. */
export const json: fc.Arbitrary<Json> = fc.json({ maxDepth: 4 }).map((text): Json => JSON.parse(text))

const oddTexts = [
  '',
  '*',
  'org',
  'example.org',
  'Example.ORG',
  'alice.example.org',
  'ALICE.example.org',
  'bob.example.org',
  'evilalice.example.org',
  '*.alice.example.org',
  'a.*.example.org',
  'alice.example.org.',
  'alice..example.org',
  '-a.example.org',
  'a_b.example.org',
  ' alice.example.org',
  'alice.example.org:443',
  'alice.example.org\n- Forbidden',
  'https://alice.example.org/',
  '\u212aube.example.org',
  'alice\uff0eexample.org',
  '\ud800.example.org',
  '\u001b[2Jalice.example.org',
  '\u202egro.elpmaxe',
  '10.0.0.1',
  '::1',
  'tenant-alice',
  ' Tenant-Alice ',
  'cozy-a,tenant-bob',
  'tenant-',
  'kube-system',
  'cozy-dashboard',
  '__proto__',
  'a'.repeat(64),
  `${'a.'.repeat(126)}a`,
  'x'.repeat(400),
]

/** Text that stands where a name belongs: plausible, hostile, or anything. */
export const nameLike: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...oddTexts) },
  { weight: 2, arbitrary: fc.domain() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
)

/** Mostly a name, now and then something else. */
export const nameOrJson: fc.Arbitrary<Json> = fc.oneof(
  { weight: 5, arbitrary: nameLike },
  { weight: 1, arbitrary: json },
)

/** An object with some of these members, or now and then something else in its place. */
export function holed(members: Record<string, fc.Arbitrary<Json>>): fc.Arbitrary<Json> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.record(members, { requiredKeys: [], noNullPrototype: true }).map(withoutHoles) },
    { weight: 1, arbitrary: json },
  )
}

function withoutHoles(members: Readonly<Record<string, Json | undefined>>): Json {
  return Object.fromEntries(
    Object.entries(members).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
}

/** A list of these, or now and then something else in its place. */
export function listOf(member: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.oneof({ weight: 8, arbitrary: fc.array(member, { maxLength: 5 }) }, { weight: 1, arbitrary: json })
}

export const untrusted: Caller = { username: 'alice', groups: ['system:authenticated'] }
export const trusted: Caller = { username: 'admin', groups: ['system:masters', 'system:authenticated'] }
export const caller: fc.Arbitrary<Caller> = fc.constantFrom(untrusted, trusted)
