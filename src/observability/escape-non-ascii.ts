/**
 * Writes everything outside ASCII, and the delete character, as JSON escapes. In JSON nothing is lost by it, and
 * no name of an object can steer the terminal that shows the log or pass for another name.
 */
export function escapeNonAscii(json: string): string {
  return json.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
