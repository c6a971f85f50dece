/**
 * Cuts out of a large review what no guard reads, before it is parsed. Of an object that is large most is such: the
 * history of its fields, the copy of it that kubectl keeps, where a route sends its traffic, other files of a
 * ConfigMap. To find the end of a value takes a fraction of what it takes to parse it.
 */
import { backslash, endOfString, endOfValue, maxNesting, quoteMark, skipSpace, tooDeep } from './json-scan.ts'

/**
 * What becomes of each member of an object; in a list, of each item. What is not named is kept, unless `*` is. Where
 * there is a member that asks for the whole, nothing is cut out at all.
 */
export interface Outline {
  readonly [member: string]: Outline | 'kept' | 'cut' | 'whole'
}

/** What of an object is cut out. */
export const objectOutline: Outline = {
  metadata: {
    // An object that is being deleted may be compared with the stored one: see judge.ts.
    deletionTimestamp: 'whole',
    managedFields: 'cut',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'cut' },
  },
  // Of routes and of an Ingress, whose hosts stand beside these.
  spec: { rules: { backendRefs: 'cut', filters: 'cut', http: 'cut', matches: 'cut' } },
  // Of a ConfigMap.
  data: { namespaces: 'kept', '*': 'cut' },
  binaryData: 'cut',
}

const reviewOutline: Outline = { request: { object: objectOutline, oldObject: objectOutline } }

/** What stands for a value that is cut out. */
const stub = '0'
/** A shorter value is not worth a piece of its own. */
const minCut = 1024

export type Encoding = 'latin1' | 'utf8'

/**
 * The text of an AdmissionReview without what no guard reads; undefined if it nests deeper than {@link maxNesting}.
 * Well-formed JSON stays well-formed and tells a guard the same. A fault inside of what is cut out goes unseen.
 */
export function abridgeReview(body: Buffer, encoding: Encoding): string | undefined {
  const found: Found = { cuts: [], isWhole: false }
  if (endOfOutlined(body, skipSpace(body, 0), reviewPlan, 0, found) === tooDeep) return undefined
  return readAround(body, found.isWhole ? [] : found.cuts, encoding)
}

interface Found {
  readonly cuts: Cut[]
  isWhole: boolean
}

interface Cut {
  readonly start: number
  readonly end: number
}

function readAround(body: Buffer, cuts: readonly Cut[], encoding: Encoding): string {
  let text = ''
  let at = 0
  for (const { start, end } of cuts) {
    text += body.toString(encoding, at, start) + stub
    at = end
  }
  return text + body.toString(encoding, at)
}

/** An outline whose names are compared as bytes. */
interface Plan {
  readonly named: readonly Entry[]
  readonly rest: Fate
}

interface Entry {
  readonly name: Buffer
  readonly fate: Fate
}

type Fate = Plan | 'kept' | 'cut' | 'whole'

const reviewPlan = planOf(reviewOutline)

function planOf({ '*': rest = 'kept', ...named }: Outline): Plan {
  return {
    named: Object.entries(named).map(([name, fate]) => ({ name: Buffer.from(name), fate: fateOf(fate) })),
    rest: fateOf(rest),
  }
}

function fateOf(outline: Outline[string]): Fate {
  return typeof outline === 'string' ? outline : planOf(outline)
}

/** Where the value ends that begins at `start`; adds to `found` what of it is cut out. */
function endOfOutlined(body: Buffer, start: number, fate: Fate, depth: number, found: Found): number {
  if (typeof fate !== 'string') {
    const first = body[start]
    if (first === openBrace) return endOfObject(body, start, fate, depth, found)
    if (first === openBracket) return endOfList(body, start, fate, depth, found)
  }
  const end = endOfValue(body, start, depth)
  if (fate === 'cut' && end - start >= minCut) found.cuts.push({ start, end })
  if (fate === 'whole') found.isWhole = true
  return end
}

const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const colon = 0x3a
const comma = 0x2c

function endOfObject(body: Buffer, start: number, plan: Plan, depth: number, found: Found): number {
  if (depth === maxNesting) return tooDeep
  let at = start + 1
  while (at < body.length) {
    const byte = body[at]
    if (byte === closeBrace) return at + 1
    if (byte !== quoteMark) {
      at++
      continue
    }
    const nameEnd = endOfString(body, at + 1)
    const fate = fateOfMember(plan, body, at + 1, nameEnd)
    const separator = skipSpace(body, nameEnd + 1)
    const value = body[separator] === colon ? skipSpace(body, separator + 1) : separator
    at = endOfOutlined(body, value, fate, depth + 1, found)
    if (at === tooDeep) return tooDeep
  }
  return body.length
}

function endOfList(body: Buffer, start: number, plan: Plan, depth: number, found: Found): number {
  if (depth === maxNesting) return tooDeep
  let at = start + 1
  while (at < body.length) {
    at = skipSpace(body, at)
    if (body[at] === closeBracket) return at + 1
    if (body[at] === comma) {
      at++
      continue
    }
    const end = endOfOutlined(body, at, plan, depth + 1, found)
    if (end === tooDeep) return tooDeep
    // Only what is malformed is empty.
    at = Math.max(end, at + 1)
  }
  return body.length
}

function fateOfMember({ named, rest }: Plan, body: Buffer, start: number, end: number): Fate {
  for (const { name, fate } of named) {
    if (name.length === end - start && body.compare(name, 0, name.length, start, end) === 0) return fate
  }
  // A name that is spelled with escapes may be any.
  return rest === 'cut' && body.subarray(start, end).includes(backslash) ? 'kept' : rest
}
