/** Text to the syntax tree of one strict YAML document, or to what keeps it from being one. */
import { Composer, Lexer, Parser, type CST, type Document, type ErrorCode, type ParsedNode } from 'yaml'

import { findStrayColon } from './yaml-colons.ts'
import { createTabFinder } from './yaml-tabs.ts'

export interface YamlFault {
  readonly at: number
  /** What the document must be, as the middle of a sentence. */
  readonly must: string
}

/** A ConfigMap holds no more; the API server checks it after admission too. */
const maxTextLength = 1024 * 1024
/** The schema needs five levels. Composing recurses, and every level costs hostile text one character. */
const maxDepth = 40
/** A dense 1 MiB list of tenants has 200,000 of them; a flood of brackets or commas five times as many. */
const maxLexemes = 300_000

// C0 without tab and line ends, DEL, C1 without NEL, noncharacters (YAML 1.2 5.1), and CR that ends no line:
// readers differ on whether it does.
// oxlint-disable-next-line no-control-regex
const unprintable = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|\r(?!\n)/

/** The root of the document, null for an empty one, or the first fault. */
export function parseYaml(text: string): { readonly root: ParsedNode | null } | YamlFault {
  const fault = findTextFault(text)
  if (fault !== undefined) return fault
  const tokens = readTokens(text)
  if (!Array.isArray(tokens)) return tokens
  const tokenFault = findTokenFault(tokens)
  if (tokenFault !== undefined) return tokenFault
  const composed = compose(tokens, text)
  return 'must' in composed ? composed : (findColonFault(tokens, text) ?? composed)
}

function findColonFault(tokens: readonly CST.Token[], text: string): YamlFault | undefined {
  const document = tokens.find((token) => token.type === 'document')
  const at = document && findStrayColon(document, text)
  return at === undefined ? undefined : { at, must: strayColon }
}

function findTextFault(text: string): YamlFault | undefined {
  if (text.length > maxTextLength) {
    return { at: maxTextLength, must: `must be at most ${maxTextLength} characters long` }
  }
  if (text.startsWith('\ufeff')) return { at: 0, must: 'must not start with a byte order mark' }
  const at = text.search(unprintable)
  if (at >= 0) return { at, must: 'must be free of control characters, and lines must end with LF or CRLF' }
  return text.isWellFormed() ? undefined : { at: 0, must: 'must be valid Unicode' }
}

function readTokens(text: string): CST.Token[] | YamlFault {
  const tokens: CST.Token[] = []
  const parser = new Parser()
  const findTab = createTabFinder(text)
  let lexemes = 0
  for (const lexeme of new Lexer().lex(text)) {
    const tab = findTab(lexeme, parser.offset)
    if (tab !== undefined) return { at: tab, must: noTabs }
    for (const token of parser.next(lexeme)) tokens.push(token)
    if (parser.stack.length > maxDepth) return { at: parser.offset, must: 'must not be nested that deeply' }
    if (++lexemes > maxLexemes) return { at: parser.offset, must: 'must not have that many parts' }
  }
  for (const token of parser.end()) tokens.push(token)
  return tokens
}

function findTokenFault(tokens: readonly CST.Token[]): YamlFault | undefined {
  let documents = 0
  for (const token of tokens) {
    const must = explainToken(token, token.type === 'document' ? ++documents : documents)
    if (must !== undefined) return { at: token.offset, must }
  }
  return undefined
}

function explainToken(token: CST.Token, documents: number): string | undefined {
  switch (token.type) {
    case 'error':
      return notYaml
    case 'byte-order-mark':
      return 'must not hold a byte order mark'
    case 'directive':
      // Another version would give scalars other types, and %TAG is good for tags alone.
      return token.source.trimEnd() === '%YAML 1.2' ? undefined : "must hold no directive but '%YAML 1.2'"
    case 'document':
      return documents > 1 ? 'must be a single YAML document' : undefined
    default:
      return undefined
  }
}

const notYaml = 'must be YAML 1.2, which it stops being there; check indentation, quotes and brackets'
const strayColon = "must have each colon on the line of its key, or right below the '?' of the key"
const noTabs = 'must be indented with spaces and not with tabs'

const explanations: Partial<Record<ErrorCode, string>> = {
  BAD_INDENT: 'must be indented consistently',
  BLOCK_AS_IMPLICIT_KEY: 'must not hold two keys on one line outside braces',
  TAB_AS_INDENT: noTabs,
}

function compose(tokens: readonly CST.Token[], text: string): { readonly root: ParsedNode | null } | YamlFault {
  let first: YamlFault | undefined
  // Every scalar stays text: what it stands for is decided by plainTypeOf. Keys are compared by the reader of
  // maps, since the composer's own comparison is quadratic.
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false })
  // Only the first error counts. The composer would keep them all, each with a stack, and a 1 MiB text can
  // earn half a million. Should it ever stop asking this function, its own list is still read below.
  Object.assign(composer, {
    onError(source: ErrorSource, code: ErrorCode, _message: string, isWarning?: boolean) {
      if (isWarning !== true) first ??= explain(offsetOf(source), code)
    },
  })
  const [document] = composer.compose(tokens, true, text.length)
  if (first !== undefined || document === undefined) return first ?? { at: 0, must: notYaml }
  return findDocumentFault(document) ?? { root: document.contents }
}

type ErrorSource = number | readonly number[] | { readonly offset: number }

function offsetOf(source: ErrorSource): number {
  if (typeof source === 'number') return source
  return 'offset' in source ? source.offset : (source[0] ?? 0)
}

function explain(at: number, code: ErrorCode): YamlFault {
  return { at, must: explanations[code] ?? notYaml }
}

function findDocumentFault({ errors: [error] }: Document.Parsed): YamlFault | undefined {
  return error && explain(error.pos[0], error.code)
}
