import { z } from 'zod'
import { FilePath } from './text.ts'
import { showValue } from './show-value.ts'
import { PositiveDuration } from './units.ts'

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])
const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount'

interface ApiServer {
  readonly url?: string | undefined
  readonly tokenFile?: string | undefined
  readonly caFile?: string | undefined
}

const ApiServer = z
  .strictObject({
    url: z
      .string()
      .refine(isApiServerUrl, {
        error: ({ input }) =>
          `must be an https URL of host, port and path alone, such as 'https://10.96.0.1:443', or http on a loopback address, not ${showValue(input)}`,
      })
      .optional()
      .describe('Address of the API server; absent: the one that Kubernetes announces to every pod, if any'),
    tokenFile: FilePath.default(`${serviceAccount}/token`).describe('Bearer token, not used with http'),
    caFile: FilePath.default(`${serviceAccount}/ca.crt`).describe(
      'Whom the API server is trusted by, not used with http',
    ),
  })
  // Behind `kubectl proxy` there is nothing to sign in with, and a token never travels in clear text.
  .transform((server): ApiServer => (isHttp(server.url) ? { url: server.url } : server))

const ClusterFacts = z.strictObject({
  source: z.literal('cluster').default('cluster').describe('Namespaces are listed and watched at the API server'),
  snapshot: FilePath.default('/var/lib/gatehouse/namespaces.json').describe(
    'File that keeps the last list, for a start without API server',
  ),
  maxSnapshotAge: PositiveDuration.prefault('1h').describe(
    'Up to this age a snapshot alone may say that nobody owns a name',
  ),
  apiServer: ApiServer.prefault({}).describe('Where and how the API server is reached'),
})

const FileFacts = z.strictObject({
  source: z.literal('file').describe('Namespaces come from a file, complete at any age'),
  path: FilePath.describe('A v1 List of Namespaces, or several YAML documents'),
})

/** Where namespaces and their labels come from (DESIGN section 2). */
export const Facts = z.discriminatedUnion('source', [ClusterFacts, FileFacts], {
  error: ({ code, input }) =>
    code === 'invalid_union' ? `must be one of 'cluster', 'file', not ${showSource(input)}` : undefined,
})

function showSource(facts: unknown): string {
  const source = typeof facts === 'object' && facts !== null && 'source' in facts ? facts.source : undefined
  return showValue(source)
}

function isApiServerUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || /[?#]/.test(url.href) || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (isHttp(text) && loopback.has(url.hostname))
}

function isHttp(url: string | undefined): boolean {
  return url !== undefined && URL.parse(url)?.protocol === 'http:'
}
