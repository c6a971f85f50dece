/** What an unquoted YAML scalar stands for. */
export type PlainType = 'text' | 'null' | 'boolean' | 'number'

const words: ReadonlyMap<string, PlainType> = new Map([
  ...asType('null', ['', '~', 'null', 'Null', 'NULL']),
  ...asType('boolean', ['true', 'True', 'TRUE', 'false', 'False', 'FALSE']),
  // Booleans in YAML 1.1 and text in 1.2: refused where text is expected, so that no reader can differ
  // (reference/admission-webhooks.md 3.4).
  ...asType('boolean', ['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON']),
  ...asType('boolean', ['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF']),
  ...asType('number', ['.nan', '.NaN', '.NAN']),
  ...['', '+', '-'].flatMap((sign) =>
    asType(
      'number',
      ['.inf', '.Inf', '.INF'].map((word) => sign + word),
    ),
  ),
])

function asType(type: PlainType, texts: readonly string[]): readonly (readonly [string, PlainType])[] {
  return texts.map((text) => [text, type] as const)
}

const decimal = /^[-+.0-9][-+.0-9eE]*$/
const octal = /^0o[0-7]+$/
const hexadecimal = /^0x[0-9a-fA-F]+$/

/** The type of `source` in the core schema of YAML 1.2. */
export function plainTypeOf(source: string): PlainType {
  const word = words.get(source)
  if (word !== undefined) return word
  // The classes of characters leave only what the core schema and Number() read alike.
  const isNumber =
    (decimal.test(source) && !Number.isNaN(Number(source))) || octal.test(source) || hexadecimal.test(source)
  return isNumber ? 'number' : 'text'
}
