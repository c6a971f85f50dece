import type { BundleWrite, RotationSettings, RotationStep, SecretText } from './rotation.ts'

/** What a step writes. `data` is complete: other keys of that Secret go. */
export type RotationWrite =
  | { readonly target: 'ca-secret' | 'tls-secret'; readonly data: SecretText }
  | { readonly target: 'registrations'; readonly writes: readonly BundleWrite[] }

/** Makes keys and certificates of a step; undefined where the step is one to wait for. */
export async function prepareWrite(
  _step: RotationStep,
  _settings: RotationSettings,
  _now: Date,
): Promise<RotationWrite | undefined> {
  throw new Error('Not written yet')
}
