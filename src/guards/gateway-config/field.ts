/** The field that holds the document. */
export const documentField = 'data.namespaces'

/** The path has only keys that somebody may have meant as keys. */
const maxKeyLength = 63

/** The path of a member: plain keys behind a dot. Any other may be a secret in the wrong place, and stays unsaid. */
export function childField(field: string, key: string): string {
  return isPlainKey(key) ? `${field}.${key}` : `${field}[…]`
}

export function itemField(field: string, index: number): string {
  return `${field}[${index}]`
}

/** Whether a key may be printed: a bare word. */
export function isPlainKey(key: string): boolean {
  return key.length <= maxKeyLength && /^[A-Za-z0-9_-]+$/.test(key)
}
