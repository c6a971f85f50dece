import { quote } from '../violation.ts'

/** The field that holds the document. */
export const documentField = 'data.namespaces'

/** A longer key is cut: the path leads to it all the same. */
const maxKeyLength = 63

/** The path of a member: plain keys behind a dot, any other quoted in brackets, without blanks. */
export function childField(field: string, key: string): string {
  return isPlainKey(key) ? `${field}.${key}` : `${field}[${quote(key, maxKeyLength).replaceAll(' ', '\\u0020')}]`
}

export function itemField(field: string, index: number): string {
  return `${field}[${index}]`
}

function isPlainKey(key: string): boolean {
  return key.length > 0 && key.length <= maxKeyLength && /^[A-Za-z0-9_-]+$/.test(key)
}
