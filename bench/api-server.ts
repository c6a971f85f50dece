/** The API server of the benchmark's cluster, a process of its own: the tests' fake with the benchmark's tenants. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { startFakeApiServer } from '../test/support/fake-api-server.ts'
import { tenantNamespaces } from './tenants.ts'

/** As a real one does it about once a minute: a watch that hears nothing takes its connection for broken. */
const bookmarkMilliseconds = 10_000

const { values } = parseArgs({ options: { cert: { type: 'string' }, key: { type: 'string' } } })
if (values.cert === undefined || values.key === undefined) throw new Error('needs --cert and --key')

const server = await startFakeApiServer({
  tls: { cert: readFileSync(values.cert, 'utf8'), key: readFileSync(values.key, 'utf8') },
  namespaces: tenantNamespaces(),
})
const bookmarks = setInterval(() => server.bookmark(), bookmarkMilliseconds)
console.log(JSON.stringify({ port: Number(new URL(server.url).port) }))
process.once('SIGTERM', () => {
  clearInterval(bookmarks)
  void server.close()
})
