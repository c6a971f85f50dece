/** TOML 1.0 text to a tree of tables, or to where it stops being TOML. Source: reference/openshell-gateways.md 2.6. */
import { ParseError, parseTOML, type AST } from 'toml-eslint-parser'

import { buildTomlTree, type TomlFault, type TomlTable } from './toml-tree.ts'

/** The parser hands the characters of a string to one call, which a longer one would overflow. */
const maxLength = 64 * 1024

// TOML forbids control characters but tab everywhere, and a CR that ends no line.
// oxlint-disable-next-line no-control-regex
const unprintable = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/

/** Reads the config of an entry. */
export function parseGatewayToml(text: string): TomlTable | TomlFault {
  const fault = findTextFault(text)
  if (fault !== undefined) return fault
  const program = parseProgram(text)
  return 'must' in program ? program : buildTomlTree(program)
}

/**
 * How much a text makes the parser work, counted in strings and comments too: it bounds, it does not measure.
 * A few microseconds each.
 */
export function countTomlParts(text: string): number {
  let count = 0
  for (const mark of '=.,[{') {
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) count++
  }
  return count
}

function findTextFault(text: string): TomlFault | undefined {
  if (text.length > maxLength) return { at: maxLength, must: `must be at most ${maxLength} characters long` }
  if (text.startsWith('\ufeff')) return { at: 0, must: 'must not start with a byte order mark' }
  const at = text.search(unprintable)
  if (at >= 0) return { at, must: 'must be free of control characters, and its lines must end with LF or CRLF' }
  return text.isWellFormed() ? undefined : { at: 0, must: 'must be valid Unicode' }
}

function parseProgram(text: string): AST.TOMLProgram | TomlFault {
  try {
    return parseTOML(text, { tomlVersion: '1.0' })
  } catch (error) {
    // Anything else is a limit of the parser: what it cannot read is not taken for good.
    return error instanceof ParseError
      ? placeError(text, error.index)
      : { at: 0, must: 'must be TOML 1.0 of an ordinary size; shorten it' }
  }
}

/** The parser notices that a value is missing only where the next line starts. */
function placeError(text: string, index: number): TomlFault {
  const before = text.slice(0, index)
  const end = before.trimEnd().length
  return before.charAt(end - 1) === '=' && before.includes('\n', end)
    ? { at: end, must: 'must have a value behind every equals sign, on the same line' }
    : { at: index, must: 'must be TOML 1.0, which it stops being there' }
}
