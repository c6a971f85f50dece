/** A renewed certificate goes into service over real TLS, and nothing else does (reference/tls.md 5 to 7). */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { rmSync, symlinkSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { issueCertificate } from '../../src/tls/issue.ts'
import { type FollowOptions, type MountedPair, openKeyPair, type PairWatch } from '../../src/tls/mounted-pair.ts'
import { makeCertificate, type TestCertificate } from '../support/certificate.ts'
import { eventually } from '../support/eventually.ts'
import { openConnection } from '../support/raw-connection.ts'
import { mountSecret, type SecretVolume } from '../support/secret-volume.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'
import { makeAgent, startWebhook, type Webhook } from '../support/webhook.ts'

const hour = 3_600_000

interface Served {
  readonly webhook: Webhook
  readonly volume: SecretVolume
  readonly certificate: MountedPair
  readonly swaps: string[]
  readonly rejections: string[]
  readonly watch: PairWatch
}

/** A webhook that serves a mounted pair, with timers that never fire within a test, but for those in `timers`. */
async function serve(t: TestContext, issued: TestCertificate, timers: Partial<FollowOptions> = {}): Promise<Served> {
  const volume = mountSecret(await makeTemporaryFolder(t), secretOf(issued))
  const certificate = openKeyPair(volume, { requiredNames: ['localhost', '127.0.0.1'] })
  const webhook = await startWebhook(t, { certificate, issued })
  const swaps: string[] = []
  const rejections: string[] = []
  const watch = certificate.follow({
    pollMilliseconds: hour,
    settleMilliseconds: hour,
    onSwapped: ({ notAfter }) => void swaps.push(notAfter.toISOString()),
    onRejected: ({ message }) => void rejections.push(message),
    ...timers,
  })
  t.after(() => watch.close())
  return { webhook, volume, certificate, swaps, rejections, watch }
}

function secretOf({ cert, key, ca }: TestCertificate) {
  return { 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca }
}

/** The certificate that a new handshake shows. */
async function handshake(t: TestContext, { port }: Webhook): Promise<string | undefined> {
  const { socket } = await openConnection(t, { port, ca: '' }, { rejectUnauthorized: false })
  return socket.getPeerX509Certificate()?.fingerprint256
}

function fingerprint({ cert }: TestCertificate): string {
  return new X509Certificate(cert).fingerprint256
}

test('a renewed pair goes into service under load, and no connection is dropped', async (t) => {
  const [before, after] = [await makeCertificate(), await makeCertificate()]
  const { webhook, volume, certificate } = await serve(t, before, { settleMilliseconds: 1 })
  const clients = 16
  const agent = makeAgent(before.ca, { maxSockets: clients })
  t.after(() => agent.destroy())
  let handshakes = 0
  webhook.app.server.on('secureConnection', () => handshakes++)
  const statuses: number[] = []
  let isOver = false
  const client = async (): Promise<void> => {
    while (!isOver) {
      const { status } = await webhook.send('/validate?timeout=5s', { agent })
      statuses.push(status)
      await setImmediate()
    }
  }
  const load = Array.from({ length: clients }, client)
  const moreAnswers = async (count: number): Promise<void> => {
    const goal = statuses.length + count
    await eventually(() => statuses.length >= goal)
  }

  await moreAnswers(10 * clients)
  volume.swap(secretOf(after))
  await eventually(() => certificate.current().cert === after.cert)
  await moreAnswers(10 * clients)
  isOver = true
  await Promise.all(load)

  assert.deepEqual(new Set(statuses), new Set([200]))
  assert.equal(handshakes, clients, 'no client had to connect again')
  assert.equal(await handshake(t, webhook), fingerprint(after))
})

test('a swap by the kubelet is seen without polling, each time', async (t) => {
  const pairs = await Promise.all([makeCertificate(), makeCertificate(), makeCertificate()])
  const [first] = pairs
  const { volume, certificate, rejections } = await serve(t, first, { settleMilliseconds: 1 })

  for (const pair of [...pairs.slice(1), first]) {
    volume.swap(secretOf(pair))
    await eventually(() => certificate.current().cert === pair.cert)
  }

  assert.deepEqual(rejections, [])
})

const now = new Date()
const long = new Date(now.getTime() - 1000 * hour)
const soon = new Date(now.getTime() + 1000 * hour)

const refused: Readonly<
  Record<string, { make(good: TestCertificate): Promise<Record<string, string | undefined>>; says: RegExp }>
> = {
  'a certificate that is no PEM': {
    make: async (good) => ({ ...secretOf(good), 'tls.crt': 'garbage' }),
    says: /there is no PEM certificate$/,
  },
  'a certificate that is half written': {
    make: async (good) => ({ ...secretOf(good), 'tls.crt': good.cert.slice(0, 300) }),
    says: /there is no PEM certificate$/,
  },
  'a key that is half written': {
    make: async (good) => ({ ...secretOf(good), 'tls.key': good.key.slice(0, 100) }),
    says: /there is no unencrypted PEM private key$/,
  },
  'files that are empty': {
    make: async () => ({ 'tls.crt': '', 'tls.key': '' }),
    says: /there is no PEM certificate$/,
  },
  'a certificate whose key is not there yet': {
    make: async (good) => ({ ...secretOf(good), 'tls.key': (await makeCertificate()).key }),
    says: /the private key does not belong to the first certificate$/,
  },
  'files that are gone': {
    make: async () => ({}),
    says: /^The certificate cannot be read: there is no such file/,
  },
  'an expired pair': {
    make: async () => secretOf(await makeCertificate({ now: long })),
    says: /the certificate expired at /,
  },
  'a pair of the future': {
    make: async () => secretOf(await makeCertificate({ now: soon })),
    says: /the certificate is valid from /,
  },
  'an intermediate certificate that expired': {
    make: async (good) => {
      const { cert } = await makeCertificate({ now: long })
      return { ...secretOf(good), 'tls.crt': good.cert + cert }
    },
    says: /: an intermediate certificate expired at /,
  },
  'a pair for other names': {
    make: async (good) => ({ ...secretOf(good), ...(await otherNames()) }),
    says: /the certificate does not cover '127\.0\.0\.1'; the certificate does not lead to the CA beside it$/,
  },
  'a pair of another CA than the one beside it': {
    make: async (good) => ({ ...secretOf(good), 'ca.crt': (await makeCertificate()).ca }),
    says: /the certificate does not lead to the CA beside it$/,
  },
  'a CA in front of the leaf': {
    make: async (good) => ({ ...secretOf(good), 'tls.crt': good.ca + good.cert }),
    says: /the private key does not belong to the first certificate$/,
  },
}

async function otherNames(): Promise<Record<string, string>> {
  const { cert, key } = await issueCertificate({ commonName: 'x', dnsNames: ['localhost'], days: 1, now: new Date() })
  return { 'tls.crt': cert, 'tls.key': key }
}

for (const [what, { make, says }] of Object.entries(refused)) {
  test(`${what}: the last good pair stays in service, and one line says why`, async (t) => {
    const [before, after] = [await makeCertificate(), await makeCertificate()]
    const { webhook, volume, swaps, rejections, watch } = await serve(t, before)
    const kept = await openConnection(t, webhook)

    volume.swap(await make(after))
    for (const _ of [1, 2, 3, 4]) watch.check()
    const shown = await handshake(t, webhook)
    volume.swap(secretOf(after))
    for (const _ of [1, 2]) watch.check()

    assert.equal(rejections.length, 1)
    assert.match(rejections[0] ?? '', says)
    assert.equal(shown, fingerprint(before))
    assert.equal(kept.socket.destroyed, false)
    assert.equal(swaps.length, 1, 'what is good again is taken')
    assert.equal(await handshake(t, webhook), fingerprint(after))
  })
}

test('what is being written is not judged', async (t) => {
  const [before, after] = [await makeCertificate(), await makeCertificate()]
  const { volume, swaps, rejections, watch } = await serve(t, before)

  volume.swap({ ...secretOf(after), 'tls.key': before.key })
  watch.check()
  volume.swap(secretOf(after))
  watch.check()
  watch.check()

  assert.deepEqual([swaps.length, rejections], [1, []])
})

test('the content that is served coming back is no reload', async (t) => {
  const before = await makeCertificate()
  const { volume, swaps, rejections, watch } = await serve(t, before)

  volume.swap({ ...secretOf(before), 'tls.crt': '' })
  for (const _ of [1, 2]) watch.check()
  volume.swap(secretOf(before))
  for (const _ of [1, 2, 3]) watch.check()
  volume.swap({ ...secretOf(before), 'tls.crt': '' })
  for (const _ of [1, 2]) watch.check()

  assert.deepEqual([swaps.length, rejections.length], [0, 2])
})

test('a pair of the future goes into service when its time has come', async (t) => {
  const [before, after] = [await makeCertificate(), await makeCertificate({ now: soon, days: 90 })]
  let clock = now
  const { volume, swaps, rejections, watch } = await serve(t, before, { now: () => clock })
  volume.swap(secretOf(after))
  for (const _ of [1, 2, 3]) watch.check()

  clock = soon
  watch.check()

  assert.deepEqual([swaps.length, rejections.length], [1, 1])
})

test('what was swapped between opening and following is found', async (t) => {
  const [before, after] = [await makeCertificate(), await makeCertificate()]
  const volume = mountSecret(await makeTemporaryFolder(t), secretOf(before))
  const certificate = openKeyPair(volume)

  volume.swap(secretOf(after))
  const watch = certificate.follow({
    pollMilliseconds: hour,
    settleMilliseconds: hour,
    onSwapped() {},
    onRejected() {},
  })
  t.after(() => watch.close())
  watch.check()

  assert.equal(certificate.current().cert, after.cert)
})

test('a pair that a server cannot take leaves the one before in service', async (t) => {
  const [before, after] = [await makeCertificate(), await makeCertificate()]
  const { webhook, volume, certificate, rejections, swaps, watch } = await serve(t, before)
  certificate.onChange(() => {
    if (certificate.current().cert === after.cert) throw new Error('ERR_SOMETHING')
  })

  volume.swap(secretOf(after))
  for (const _ of [1, 2, 3]) watch.check()

  assert.deepEqual([swaps, rejections], [[], ['ERR_SOMETHING']])
  assert.equal(certificate.current().cert, before.cert)
  assert.equal(await handshake(t, webhook), fingerprint(before))
})

test('a change that no event tells of is found by polling', async (t) => {
  const [before, after] = [await makeCertificate(), await makeCertificate()]
  const folder = await makeTemporaryFolder(t)
  const { volume, certificate, watch } = await serve(t, before)
  watch.close()
  const elsewhere = mountSecret(folder, secretOf(before))
  for (const [file, target] of [
    [volume.certFile, elsewhere.certFile],
    [volume.keyFile, elsewhere.keyFile],
    [volume.certFile.replace('tls.crt', 'ca.crt'), elsewhere.certFile.replace('tls.crt', 'ca.crt')],
  ] as const) {
    rmSync(file)
    symlinkSync(target, file)
  }
  const polled = certificate.follow({ pollMilliseconds: 5, settleMilliseconds: 1, onSwapped() {}, onRejected() {} })
  t.after(() => polled.close())

  elsewhere.swap(secretOf(after))

  await eventually(() => certificate.current().cert === after.cert)
})

test('nothing is swapped once the watch is closed', async (t) => {
  const [before, after] = [await makeCertificate(), await makeCertificate()]
  const { volume, certificate, watch } = await serve(t, before)

  volume.swap(secretOf(after))
  watch.check()
  watch.close()
  watch.check()

  assert.equal(certificate.current().cert, before.cert)
})
