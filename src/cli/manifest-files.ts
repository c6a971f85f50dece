import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'

import { unreadable } from '../config/load.ts'

/** A manifest as text, or why there is none. */
export type ManifestFile =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly fault: string }

/** Every manifest that the operands name, one after the other, those of a folder in the order of their names. */
export async function* readManifestFiles(operands: readonly string[], input: Readable): AsyncGenerator<ManifestFile> {
  for (const operand of operands) {
    if (operand === '-') yield decode('stdin', await buffer(input))
    else yield* readOperand(operand)
  }
}

function* readOperand(operand: string): Generator<ManifestFile> {
  try {
    if (!statSync(operand).isDirectory()) return yield readOne(operand)
    const names = listManifests(operand)
    // A folder with nothing in it is a wrong path more often than not, and must not pass for a good one.
    if (names.length === 0) yield { name: operand, fault: 'the folder holds no *.yaml, *.yml or *.json file' }
    for (const name of names) yield readOne(name)
  } catch (error) {
    yield { name: operand, fault: explainUnreadable(error) }
  }
}

function listManifests(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => /\.(ya?ml|json)$/.test(entry.name) && isFile(entry))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

// Mounted files are links; a folder behind a link is not entered, since it may lead back here.
function isFile(entry: Dirent): boolean {
  return entry.isFile() || entry.isSymbolicLink()
}

function readOne(name: string): ManifestFile {
  try {
    return decode(name, readFileSync(name))
  } catch (error) {
    return { name, fault: explainUnreadable(error) }
  }
}

function decode(name: string, bytes: Uint8Array): ManifestFile {
  try {
    return { name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { name, fault: 'must be UTF-8 text' }
  }
}

function explainUnreadable(error: unknown): string {
  return unreadable('', error)
    .faults.map(({ text }) => text)
    .join('; ')
}
