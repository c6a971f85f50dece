/** The paths of the table are where guards look: an update under deletion that touches one must not slip past. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Json } from '../../src/guards/guard.ts'
import { guards } from '../../src/guards/index.ts'
import { resources, type ResourceRow } from '../../src/guards/resources.ts'
import { Settings } from '../../src/tenancy/settings.ts'

const settings = Settings.parse({})

/** Maps of which a guard reads only some keys. */
const keysRead = new Map([
  ['annotations', 'external-dns.alpha.kubernetes.io/hostname'],
  ['labels', settings.hostLabel],
])

for (const row of resources) {
  for (const path of row.paths) {
    test(`${row.kind}: what stands at ${path} is read`, () => {
      const [before, after] = ['before', 'after'].map((marker) => readMarker(row, segmentsOf(path), marker))

      assert.notDeepEqual(after, before)
    })
  }

  test(`${row.kind}: what stands elsewhere is not`, () => {
    for (const path of [
      ['metadata', 'annotations', 'note'],
      ['metadata', 'labels', 'note'],
      ['spec', 'note'],
      ['note'],
    ]) {
      const [before, after] = ['before', 'after'].map((marker) => readMarker(row, path, marker))

      assert.deepEqual(after, before, path.join('.'))
    }
  })
}

function segmentsOf(path: string): string[] {
  const segments = path.replaceAll('[]', '.[]').split('.')
  const key = keysRead.get(segments.at(-1) ?? '')
  return key === undefined ? segments : [...segments, key]
}

function readMarker({ guard }: ResourceRow, path: readonly string[], marker: string): readonly (Json | undefined)[] {
  return guards[guard].reads(objectWith(path, marker), settings)
}

/** An object with nothing but `marker` at the end of the path; `[]` is a list of one. */
function objectWith([segment, ...rest]: readonly string[], marker: string): Json {
  if (segment === undefined) return marker
  const inside = objectWith(rest, marker)
  return segment === '[]' ? [inside] : { [segment]: inside }
}
