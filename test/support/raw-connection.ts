/** A TLS connection that says exactly what a test wants said. */
import { once } from 'node:events'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import type { TestContext } from 'node:test'

export interface RawConnection {
  readonly socket: TLSSocket
  write(text: string): void
  /** Resolves when what was received matches; rejects if the connection ends first. */
  until(pattern: RegExp): Promise<string>
  /** Resolves with all that was received, once the server has closed the connection. */
  closed(): Promise<string>
}

export async function openConnection(
  t: TestContext,
  { port, ca }: { readonly port: number; readonly ca: string },
  options: ConnectionOptions = {},
): Promise<RawConnection> {
  const socket: TLSSocket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost', ...options })
  t.after(() => socket.destroy())
  await once(socket, 'secureConnect')
  let received = ''
  let isClosed = false
  const watchers = new Set<() => void>()
  const notify = () => watchers.forEach((watcher) => watcher())
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    received += text
    notify()
  })
  // A reset counts as closed; what arrived before is what the test looks at.
  socket.on('error', () => {})
  socket.on('close', () => {
    isClosed = true
    notify()
  })

  function wait(isDone: () => boolean, description: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!isDone() && !isClosed) return
        watchers.delete(look)
        if (isDone()) resolve(received)
        else reject(new Error(`The connection closed before ${description}; received: ${received}`))
      }
      watchers.add(look)
      look()
    })
  }

  return {
    socket,
    write: (text) => void socket.write(text),
    until: (pattern) => wait(() => pattern.test(received), String(pattern)),
    closed: () => wait(() => isClosed, 'the end'),
  }
}

/** The head of a review with these headers; a length is not added. */
export function reviewHead(headers: Readonly<Record<string, string>>, path = '/validate?timeout=10s'): string {
  const lines = Object.entries({ host: 'localhost', 'content-type': 'application/json', ...headers })
  return `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}
