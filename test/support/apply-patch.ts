import assert from 'node:assert/strict'

import type { Json } from '../../src/guards/guard.ts'
import { isList, isObject } from '../../src/guards/json.ts'
import type { PatchOperation } from '../../src/mutators/mutator.ts'

/** The object after the operations, as RFC 6902 has it; fails where a parent is missing. */
export function applyPatch(object: Json, operations: readonly PatchOperation[]): Json {
  return operations.reduce<Json>((before, { path, value }) => add(before, keysOf(path), value), object)
}

function keysOf(pointer: string): readonly string[] {
  const [root, ...keys] = pointer.split('/')
  assert.equal(root, '', `${pointer} is not a JSON Pointer`)
  return keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function add(parent: Json | undefined, [key = '', ...rest]: readonly string[], value: Json): Json {
  if (isList(parent)) {
    const at = Number(key)
    assert.ok(rest.length > 0 && at in parent, 'an entry is filled, never inserted')
    return parent.with(at, add(parent[at], rest, value))
  }
  assert.ok(isObject(parent), `there is no parent for ${key}`)
  return { ...parent, [key]: rest.length === 0 ? value : add(parent[key], rest, value) }
}
