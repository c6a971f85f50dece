/**
 * One kept-alive TLS connection with one request on its way at a time. It knows only what the load needs,
 * answers with a content length, and so costs a fraction of `node:http`.
 */
import { connect, type TLSSocket } from 'node:tls'

export interface Connection {
  /** Sends a whole request, head and body. */
  send(request: Buffer): void
  close(): void
}

export interface Answered {
  readonly status: number
  readonly body: Buffer
}

export interface ConnectionOptions {
  readonly port: number
  readonly certificate: string
  readonly onOpen: () => void
  readonly onAnswer: (answer: Answered) => void
  /** The connection is gone; never called after `close`. */
  readonly onBroken: (reason: string) => void
}

/** Opens a connection; both servers are offered one cipher suite, so that they pay for the same. */
export function openConnection({ port, certificate, onOpen, onAnswer, onBroken }: ConnectionOptions): Connection {
  let closing = false
  let pending: Buffer | undefined
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port,
    ca: certificate,
    servername: 'localhost',
    minVersion: 'TLSv1.3',
    ciphers: 'TLS_AES_128_GCM_SHA256',
  })
  socket.setNoDelay(true)
  socket.once('secureConnect', onOpen)
  socket.on('error', (error) => breakOff(error.message))
  socket.on('close', () => breakOff('the server closed the connection'))
  socket.on('data', (chunk: Buffer) => {
    const bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk])
    const answer = readAnswer(bytes)
    if (answer === 'incomplete') {
      pending = bytes
      return
    }
    pending = undefined
    if (answer === 'unreadable') breakOff('an answer without content length')
    else onAnswer(answer)
  })
  return {
    send: (request) => void socket.write(request),
    close() {
      closing = true
      socket.destroy()
    },
  }

  function breakOff(reason: string): void {
    if (closing) return
    closing = true
    socket.destroy()
    onBroken(reason)
  }
}

const lengthHeader = 'content-length:'

function readAnswer(bytes: Buffer): Answered | 'incomplete' | 'unreadable' {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return 'incomplete'
  const head = bytes.toString('latin1', 0, headEnd).toLowerCase()
  const at = head.indexOf(lengthHeader)
  if (at < 0) return 'unreadable'
  const length = Number.parseInt(head.slice(at + lengthHeader.length), 10)
  const start = headEnd + 4
  if (bytes.length < start + length) return 'incomplete'
  return { status: Number(head.slice(9, 12)), body: bytes.subarray(start, start + length) }
}
