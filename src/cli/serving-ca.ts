import type { SecretStore } from '../reconcile/installation-ports.ts'

/** The CA beside the serving certificate; undefined where nobody says which Secret, or none is in it. */
export async function readServingCA(
  secrets: SecretStore,
  name: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (name === undefined) return undefined
  const text = (await secrets.read(name, signal))?.data['ca.crt'] ?? ''
  return text === '' ? undefined : text
}
