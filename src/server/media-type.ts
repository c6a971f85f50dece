/**
 * The spellings that count as JSON in UTF-8. Compared as a whole and never taken apart: what a media type parser
 * makes of tabs, quotes or a second parameter has been a way around checks (CVE-2025-32442, CVE-2026-25223).
 */
const accepted = new Set(['application/json', 'application/json; charset=utf-8', 'application/json;charset=utf-8'])

/** Whether a Content-Type is `application/json`, alone or with `charset=utf-8`, in any letter case. */
export function isJsonMediaType(contentType: string | undefined): boolean {
  if (contentType === undefined) return false
  return accepted.has(contentType) || accepted.has(contentType.toLowerCase())
}
