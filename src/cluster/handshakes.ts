/** Handshakes with the webhook port, to see which certificate is served where. */
import { isIP } from 'node:net'
import { checkServerIdentity, connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import type { HandshakeProbe, Shown } from '../reconcile/installation-ports.ts'

export interface HandshakeOptions {
  /** Of the container, by which a pod is dialled. */
  readonly podPort: number
  readonly service: { readonly name: string; readonly namespace: string; readonly port: number }
  /** DNS name or IP address by which API servers call. */
  readonly serverName: string
}

const handshakeMs = 5_000

export function createHandshakeProbe({ podPort, service, serverName }: HandshakeOptions): HandshakeProbe {
  // An address is no server name of TLS (RFC 6066 section 3); it is verified all the same.
  const asked: ConnectionOptions = {
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    checkServerIdentity: (_, certificate) => checkServerIdentity(serverName, certificate),
    // As Go verifies: a bundle may hold an intermediate CA without the root above it.
    allowPartialTrustChain: true,
  }
  return {
    async readSerial(host, signal) {
      try {
        // Only read: which of our certificates it is says the serial, and nothing is sent.
        return (await shake({ ...asked, host, port: podPort, rejectUnauthorized: false }, signal)).serial
      } catch {
        return undefined
      }
    },
    verifyService: (ca, signal) =>
      // The Service even where API servers are told a URL: whether that leads here is no affair of the certificate.
      shake({ ...asked, host: `${service.name}.${service.namespace}.svc`, port: service.port, ca }, signal),
  }
}

async function shake(options: ConnectionOptions, signal: AbortSignal): Promise<Shown> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(handshakeMs)])
  const { promise, resolve, reject } = Promise.withResolvers<Shown>()
  const socket: TLSSocket = connect({ ...options, ALPNProtocols: ['http/1.1'] }, () => {
    const leaf = socket.getPeerX509Certificate()
    if (leaf === undefined) reject(new Error(`${options.host} showed no certificate`))
    else resolve({ serial: leaf.serialNumber, notAfter: leaf.validToDate })
  })
  const fail = (why: string): void => reject(new Error(`No handshake with ${options.host}:${options.port}: ${why}`))
  const abort = (): void => fail('no answer in time')
  socket.on('error', (error) => fail(error.message))
  socket.on('close', () => fail('the connection was closed'))
  bounded.addEventListener('abort', abort, { once: true })
  if (bounded.aborted) abort()
  try {
    return await promise
  } finally {
    bounded.removeEventListener('abort', abort)
    socket.destroy()
  }
}
