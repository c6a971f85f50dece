import { isMap, isNode, isScalar, parseDocument, type Document, type Pair, type YAMLMap } from 'yaml'

export interface ChartValue {
  /** As `--set` takes it: `admission.port`. */
  readonly path: string
  /** Undefined for a block, whose keys have rows of their own. */
  readonly fallback: unknown
  /** The comment above the key, as one line; empty: none. */
  readonly comment: string
}

/** The values of a chart in the order of the file, each with the comment above it. */
export function listChartValues(text: string): readonly ChartValue[] {
  const document = parseDocument(text)
  if (!isMap(document.contents)) throw new Error('values.yaml is no mapping')
  return listKeys(document, document.contents, [], document.commentBefore ?? '')
}

function listKeys(document: Document, map: YAMLMap, path: readonly string[], comment: string): readonly ChartValue[] {
  return map.items.flatMap((pair, at) => {
    const here = [...path, nameOf(pair)]
    // The parser hands the comment above the first key to the mapping, or to the document.
    const above = commentOf(pair) || (at === 0 ? (map.commentBefore ?? comment) : '')
    const row = { path: here.join('.'), comment: paragraphs(above).at(-1) ?? '' }
    const { value } = pair
    if (!isMap(value) || value.flow || value.items.length === 0)
      return [{ ...row, fallback: isNode(value) ? value.toJS(document) : value }]
    return [{ ...row, fallback: undefined }, ...listKeys(document, value, here, '')]
  })
}

function nameOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key)
}

function commentOf({ key }: Pair): string {
  return isScalar(key) ? (key.commentBefore ?? '') : ''
}

/** The first key of a file has the comment of the file before its own, with an empty line between them. */
function paragraphs(comment: string): readonly string[] {
  return comment.split(/\n\s*\n/).map((text) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .join(' ')
      .trim(),
  )
}
