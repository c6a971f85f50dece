import { readFileSync } from 'node:fs'

import { readNamespacesText } from '../cluster/namespaces-file.ts'
import { unreadable } from '../config/load.ts'
import { createNamespaceIndex, type NamespaceIndex } from '../tenancy/namespace-index.ts'
import type { TenancySettings } from '../tenancy/tenancy.ts'
import { InputError } from './usage.ts'

/** The Namespaces in `file`, all that there are. Without a file nothing is known, nor that nobody owns a name. */
export function loadFacts(file: string | undefined, settings: TenancySettings): NamespaceIndex {
  const index = createNamespaceIndex(settings, () => file !== undefined)
  if (file === undefined) return index
  const { namespaces, faults } = readNamespacesText(readText(file), file)
  if (faults.length > 0) throw new InputError(faults.join('\n'))
  index.replaceAll(namespaces)
  return index
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw unreadable(file, error)
  }
}
