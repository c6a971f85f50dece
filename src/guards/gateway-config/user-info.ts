/** What may follow the `@` of an image: a digest, good or not. Anything else follows a user. */
const digest = /^(?:(?:sha|md|blake)[0-9a-z]*(?::[^/]*)?)?$/i

/**
 * `text` without the user and password in front of a host: a denial ends in terminals and logs. What a digest
 * follows stays, as it helps to find the image.
 */
export function hideUserInfo(text: string): string {
  const parts = text.split('@')
  const at = parts.findLastIndex((part, index) => index > 0 && !digest.test(part))
  return at < 0 ? text : `@${parts.slice(at).join('@')}`
}
