/** Hostnames that live in annotations, where other controllers read them. */
import type { Json, Violation } from './guard.ts'
import { refuseType, type HostnameField } from './hostname-violation.ts'
import type { HostnameFields } from './hostname-fields.ts'
import { maxNames, refuseTooMany } from './too-many.ts'
import { isAbsent, isObject, member } from './json.ts'
import type { GuardId } from './resources.ts'

/** Annotations that external-dns and ingress-nginx read as comma lists of hostnames. DESIGN section 10. */
const hostnameAnnotations = [
  'external-dns.alpha.kubernetes.io/hostname',
  'external-dns.alpha.kubernetes.io/internal-hostname',
  'nginx.ingress.kubernetes.io/server-alias',
] as const

/**
 * The hostnames in the annotations of `holder` (`metadata`, or `spec.infrastructure` of a Gateway): split at
 * commas and trimmed; an empty entry names nothing. `path` is where `holder` stands.
 */
export function readAnnotatedHostnames(guard: GuardId, holder: Json | undefined, path: string): HostnameFields {
  if (!isAbsent(holder) && !isObject(holder)) {
    return { fields: [], faults: [refuseType(guard, { field: path, kind: path, value: holder }, 'an object')] }
  }
  const annotations = member(holder, 'annotations')
  if (isAbsent(annotations)) return none
  if (!isObject(annotations)) {
    return {
      fields: [],
      faults: [
        refuseType(guard, { field: `${path}.annotations`, kind: 'annotations', value: annotations }, 'a map of texts'),
      ],
    }
  }
  const fields: HostnameField[] = []
  const faults: Violation[] = []
  for (const key of hostnameAnnotations) {
    const value = member(annotations, key)
    if (value === undefined) continue
    const field = `${path}.annotations['${key}']`
    if (typeof value !== 'string') {
      faults.push(refuseType(guard, { field, kind: key, value }, 'a text'))
      continue
    }
    const entries = value.split(',', maxNames + 1)
    const tooMany = refuseTooMany(guard, field, entries.length)
    if (tooMany !== undefined) faults.push(tooMany)
    else fields.push(...namesIn(entries).map((name) => ({ field, kind: key, value: name })))
  }
  return { fields, faults }
}

const none: HostnameFields = { fields: [], faults: [] }

/** The values of the annotations that name hosts, as they stand. */
export function annotationsThatNameHosts(holder: Json | undefined): readonly (Json | undefined)[] {
  const annotations = member(holder, 'annotations')
  if (isAbsent(annotations)) return hostnameAnnotations.map(() => undefined)
  if (!isObject(annotations)) return hostnameAnnotations.map(() => annotations)
  return hostnameAnnotations.map((key) => member(annotations, key))
}

function namesIn(entries: readonly string[]): string[] {
  return entries.map(trimBlanks).filter((name) => name !== '')
}

// ASCII blanks only: `trim()` would also strip U+00A0 and U+FEFF, which the readers of the annotation keep.
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}
