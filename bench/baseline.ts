/** The barest server that does the same work: TLS, a body, `JSON.parse`, a fixed allow that echoes the uid. */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { parseArgs } from 'node:util'

import { webhookListener } from '../src/server/listener.ts'

const { values } = parseArgs({ options: { cert: { type: 'string' }, key: { type: 'string' } } })
if (values.cert === undefined || values.key === undefined) throw new Error('needs --cert and --key')

const options = {
  cert: readFileSync(values.cert),
  key: readFileSync(values.key),
  keepAliveTimeout: webhookListener.keepAliveTimeout,
}
const server = createServer(options, (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const review = JSON.parse(Buffer.concat(chunks).toString())
    const body = JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: review.request.uid, allowed: true },
    })
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    response.end(body)
  })
})
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())))
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
