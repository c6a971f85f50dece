import type { Json, JsonObject } from '../guards/guard.ts'
import { isList, isObject, member } from '../guards/json.ts'
import type { PatchOperation } from '../mutators/mutator.ts'

/** The operations in the answer to a mutating review; none where nothing is to be filled. */
export function readPatch(answer: Json): readonly PatchOperation[] {
  const patch = member(member(answer, 'response'), 'patch')
  if (typeof patch !== 'string') return []
  const operations: Json = JSON.parse(Buffer.from(patch, 'base64').toString())
  return isList(operations) ? operations.flatMap(readOperation) : []
}

function readOperation(operation: Json): PatchOperation[] {
  const path = member(operation, 'path')
  const value = member(operation, 'value')
  if (member(operation, 'op') !== 'add' || typeof path !== 'string' || value === undefined) {
    throw new Error('a mutator did something other than to add')
  }
  return [{ op: 'add', path, value }]
}

/** The object with everything added that an API server would add for these operations (RFC 6902). */
export function applyPatch(object: JsonObject, operations: readonly PatchOperation[]): JsonObject {
  return operations.reduce((before, { path, value }) => {
    const after = add(before, keysOf(path), value)
    return isObject(after) ? after : before
  }, object)
}

function keysOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

// Mutators fill what is absent: they never insert into a list, and what they add to is there.
function add(parent: Json | undefined, [key = '', ...rest]: readonly string[], value: Json): Json {
  if (isList(parent)) {
    const at = Number(key)
    return parent.with(at, add(parent[at], rest, value))
  }
  if (!isObject(parent)) throw new Error(`there is nothing that ${key} could be added to`)
  return { ...parent, [key]: rest.length === 0 ? value : add(parent[key], rest, value) }
}
