/** The serving certificate in a pair of PEM files: what is read, and faults that name the files. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { KeyPair } from '../server/ports.ts'
import { checkKeyPair, type PairDemands, PairError, type PairText } from './check-pair.ts'

export interface KeyPairFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** A chain is a few kilobytes; parsers of PEM never see more than this (CVE-2024-12401). */
const maxFileBytes = 256 * 1024

/** The texts of the pair, and of `ca.crt` beside it where a Secret brought one. Throws where one cannot be read. */
export function readPair({ certFile, keyFile }: KeyPairFiles): PairText {
  const cert = read('certificate', certFile)
  const key = read('private key', keyFile)
  const caFile = join(dirname(certFile), 'ca.crt')
  const hasCa = statSync(caFile, { throwIfNoEntry: false }) !== undefined
  return { cert, key, ca: hasCa ? read('CA', caFile) : undefined }
}

/** Checks texts that were read from these files. */
export function checkPairOf({ certFile, keyFile }: KeyPairFiles, pair: PairText, demands: PairDemands): KeyPair {
  try {
    return checkKeyPair(pair, demands)
  } catch (error) {
    if (!(error instanceof PairError)) throw error
    throw new PairError(`The pair of '${certFile}' and '${keyFile}' cannot be served: ${error.message}`, {
      cause: error,
    })
  }
}

function read(what: string, file: string): string {
  try {
    if (statSync(file).size > maxFileBytes) throw new Error('it is larger than 256 KiB')
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new PairError(`The ${what} cannot be read: ${explain(error)} ('${file}')`, { cause: error })
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  const code = 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'permission denied'
  return error.message
}
