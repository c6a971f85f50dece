/** An installation in memory: Secrets and registrations with versions, pods that see files late, a Service. */
import { X509Certificate } from 'node:crypto'
import type { LiveConfiguration, LiveWebhook } from '../../src/coverage/live.ts'
import type {
  HandshakeProbe,
  PodLister,
  RegistrationStore,
  SecretStore,
  StoredSecret,
} from '../../src/reconcile/installation-ports.ts'
import type { EventNote } from '../../src/reconcile/ports.ts'
import { readCertificates } from '../../src/tls/pem.ts'

export interface FakeInstallation {
  readonly secrets: SecretStore
  readonly registrations: RegistrationStore
  readonly pods: PodLister
  readonly probe: HandshakeProbe
  readonly events: { readonly notes: readonly EventNote[]; publish(note: EventNote): Promise<void> }
  /** What was written, in order: names of Secrets and configurations. */
  readonly writes: readonly string[]
  readonly data: ReadonlyMap<string, StoredSecret>
  bundles(): readonly string[]
  addPod(name: string): void
  /** What the kubelet does a while later. */
  refresh(name: string): void
  /** Runs before the next write: somebody else is faster. */
  beforeWrite(act: () => void): void
  touch(secret: string): void
  /** Every read fails with this from now on; undefined ends that. */
  fail(error: Error | undefined): void
}

export function createFakeInstallation({ webhooks = 2 } = {}): FakeInstallation {
  const data = new Map<string, StoredSecret>()
  const served = new Map<string, X509Certificate | undefined>()
  const writes: string[] = []
  const notes: EventNote[] = []
  let version = 0
  let failure: Error | undefined
  let interference: (() => void) | undefined
  let configuration: LiveConfiguration = {
    kind: 'ValidatingWebhookConfiguration',
    name: 'gatehouse',
    uid: 'u',
    resourceVersion: '0',
    webhooks: Array.from({ length: webhooks }, (_, at) => webhook(`w${at}`, '')),
  }

  const readable = (): void => {
    if (failure !== undefined) throw failure
  }
  const interfere = (): void => {
    const act = interference
    interference = undefined
    act?.()
  }
  const put = (name: string, texts: StoredSecret['data']): void => {
    data.set(name, { data: texts, resourceVersion: String(++version) })
    writes.push(name)
  }

  return {
    writes,
    data,
    bundles: () => configuration.webhooks.map(({ caBundle }) => caBundle),
    addPod: (name) => void served.set(name, undefined),
    refresh(name) {
      const text = data.get('tls')?.data['tls.crt']
      if (text !== undefined) served.set(name, new X509Certificate(text))
    },
    beforeWrite(act) {
      interference = act
    },
    touch(secret) {
      const found = data.get(secret)
      if (found !== undefined) data.set(secret, { ...found, resourceVersion: String(++version) })
    },
    fail(error) {
      failure = error
    },
    events: {
      notes,
      publish(note) {
        notes.push(note)
        return Promise.resolve()
      },
    },
    secrets: {
      async read(name) {
        readable()
        return data.get(name)
      },
      async create(name, _type, texts) {
        interfere()
        if (data.has(name)) throw new Error('409 Conflict')
        put(name, texts)
      },
      async replace(name, read, texts) {
        interfere()
        if (data.get(name)?.resourceVersion !== read.resourceVersion) throw new Error('409 Conflict')
        put(name, texts)
      },
    },
    registrations: {
      async read(kind) {
        readable()
        return kind === configuration.kind ? configuration : undefined
      },
      async writeBundles(read, bundles) {
        interfere()
        if (read.resourceVersion !== configuration.resourceVersion) throw new Error('409 Conflict')
        configuration = {
          ...configuration,
          resourceVersion: String(++version),
          webhooks: configuration.webhooks.map((each) => ({
            ...each,
            caBundle: bundles.get(each.name) ?? each.caBundle,
          })),
        }
        writes.push(configuration.name)
      },
    },
    pods: { list: async () => Array.from(served.keys(), (name) => ({ name, ip: name })) },
    probe: {
      readSerial: async (host) => served.get(host)?.serialNumber,
      async verifyService(caBundle) {
        const [leaf] = served.values()
        const cas = readCertificates(caBundle).certificates
        if (leaf === undefined) throw new Error('connection refused')
        if (!cas.some((ca) => leaf.verify(ca.publicKey))) throw new Error('unknown authority')
        return { serial: leaf.serialNumber, notAfter: leaf.validToDate }
      },
    },
  }
}

export function webhook(name: string, caBundle: string): LiveWebhook {
  return {
    name,
    service: undefined,
    url: undefined,
    caBundle,
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: [],
    objectSelector: [],
    matchConditions: [],
    rules: [],
  }
}
