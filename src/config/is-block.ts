/**
 * Whether a check between the keys of a block can run: also where one of the keys is wrong, so that all faults are
 * told at once.
 */
export function isBlock(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
