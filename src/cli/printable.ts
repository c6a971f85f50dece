/**
 * `text` on one line and harmless to a terminal: control and format characters, which would steer it or turn
 * its text round, are escaped. Letters of any language stay.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeCharacter)
}

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
