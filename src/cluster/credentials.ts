import { readFile } from 'node:fs/promises'
import { ApiError, toApiError } from './api-error.ts'

/** What a request to the API server carries. */
export interface Credentials {
  readonly token: string | undefined
  readonly ca: string | undefined
}

export interface CredentialFiles {
  /** Absent behind `kubectl proxy`, which signs in by itself. */
  readonly tokenFile?: string | undefined
  readonly caFile?: string | undefined
}

/**
 * Creates a reader of the ServiceAccount's token and CA. The kubelet replaces the token about every hour and
 * the CA once in a while; requests are few and the files are small and in memory, so each request reads them.
 */
export function createCredentialReader({ tokenFile, caFile }: CredentialFiles): () => Promise<Credentials> {
  const readToken = createTextReader(tokenFile)
  const readCA = createTextReader(caFile)
  return async () => {
    const [token, ca] = await Promise.all([readToken(), readCA()])
    return { token, ca }
  }
}

/** A file that cannot be read for a moment, as while its volume is swapped, leaves the last text in use. */
function createTextReader(file: string | undefined): () => Promise<string | undefined> {
  let last: string | undefined
  return async () => {
    if (file === undefined) return undefined
    try {
      const text = (await readFile(file, 'utf8')).trim()
      if (text === '') throw new ApiError('credentials')
      last = text
    } catch (error) {
      if (last === undefined) throw new ApiError('credentials', { code: toApiError(error, 'credentials').details.code })
    }
    return last
  }
}
