import type { Settings } from '../../tenancy/settings.ts'
import type { Violation } from '../guard.ts'
import { quote } from '../violation.ts'
import { forbidden, malformed } from './findings.ts'
import { isHost, parseImage, splitHost, type Image } from './image.ts'
import { hideUserInfo } from './user-info.ts'

/** A list longer than this does not help whoever reads the denial. */
const maxNamedPrefixes = 5

/**
 * Judges a stated image: its form, where it comes from, and whether it is pinned. `subject` names it where the
 * field alone does not. Source: reference/openshell-gateways.md 2.4.
 */
export function judgeImage(
  text: string,
  field: string,
  { allowedImages }: Pick<Settings, 'allowedImages'>,
  subject = '',
): readonly Violation[] {
  const image = parseImage(text)
  if (image === undefined) {
    const must = "must be an image reference like 'registry.example.com:5000/path/name:tag@sha256:...'"
    return [malformed('image-malformed', field, hideUserInfo(text), subject + must)]
  }
  const violations: Violation[] = []
  if (!allowedImages.some((prefix) => isBelow(image, prefix))) {
    violations.push(forbidden('image-not-allowed', field, `${subject}${quote(text)} ${explainPlaces(allowedImages)}`))
  }
  const must = explainPin(image)
  if (must !== undefined) violations.push(forbidden('image-tag', field, `${subject}${quote(text)} ${must}`))
  return violations
}

/**
 * Whether an image lies below an allowed prefix: the host exactly, then whole segments of the path. A slash at
 * the end asks for one more segment; a host alone allows every path. Nothing is expanded and nothing a pattern.
 */
function isBelow(image: Image, prefix: string): boolean {
  const { host, rest } = isHost(prefix) ? { host: prefix, rest: '' } : splitHost(prefix)
  if (image.host !== host) return false
  if (rest === '') return host !== ''
  return rest.endsWith('/') ? image.path.startsWith(rest) : image.path === rest || image.path.startsWith(`${rest}/`)
}

function explainPlaces(allowed: readonly string[]): string {
  if (allowed.length === 0) return 'may not be stated: no image is allowed here; leave the default image in place'
  const named = allowed.slice(0, maxNamedPrefixes).map((prefix) => `'${prefix}'`)
  const more = allowed.length > named.length ? ` or ${allowed.length - named.length} more` : ''
  return `must come from ${named.join(', ')}${more}; mirror the image there or ask a platform administrator`
}

function explainPin({ tag, digest }: Image): string | undefined {
  if (tag === 'latest') return "must be pinned by another tag than 'latest', which changes its meaning"
  return tag === undefined && digest === undefined ? 'must have a tag or a digest; best both' : undefined
}
