import { readFileSync } from 'node:fs'

import { readNamespaceObject, type ObjectFault } from '../cluster/namespace-object.ts'
import type { Settings } from '../tenancy/settings.ts'
import { createNamespaceIndex, type NamespaceIndex } from '../tenancy/namespace-index.ts'
import { readManifestObjects } from './manifest-objects.ts'
import { InputError } from './usage.ts'

/** The Namespaces in `file`, all that there are. Without a file nothing is known, nor that nobody owns a name. */
export function loadFacts(file: string | undefined, settings: Settings): NamespaceIndex {
  const index = createNamespaceIndex(settings, () => file !== undefined)
  if (file === undefined) return index
  const faults: ObjectFault[] = []
  for (const object of readManifestObjects(readFileSync(file, 'utf8'))) {
    if ('fault' in object) throw new InputError(`${file}: ${object.fault}`)
    const fact = readNamespaceObject(object.object, '', faults)
    if (fact !== undefined) index.put(fact.namespace)
  }
  if (faults.length > 0)
    throw new InputError(`${file}: ${faults.map(({ field, problem }) => `${field} ${problem}`).join('; ')}`)
  return index
}
