/** The chart's registration at the API server: on, off, and certain that the API server has noticed. */
import type { ApiAnswer, ApiRequest } from './api-request.ts'
import type { ChartObject } from './render-chart.ts'
import { waitUntil } from './wait-until.ts'

export interface Registration {
  /** Applies the configurations and waits until the API server asks them. */
  register(): Promise<void>
  /** Deletes them and waits until the API server no longer asks. */
  unregister(): Promise<void>
}

const group = '/apis/admissionregistration.k8s.io/v1'
const collections: Readonly<Record<string, string>> = {
  ValidatingWebhookConfiguration: `${group}/validatingwebhookconfigurations`,
  MutatingWebhookConfiguration: `${group}/mutatingwebhookconfigurations`,
}

/** Whether the object is part of the registration. */
export function isRegistration({ kind }: ChartObject): boolean {
  return Object.hasOwn(collections, kind)
}

/**
 * A write that the registered webhooks object to, whatever the cluster holds: as a dry run, so nothing stays. With
 * Gatehouse down it fails, which is a sign of registration as well.
 */
export type Probe = (request: ApiRequest) => Promise<ApiAnswer>

/** A Package that attaches tenants' namespaces: refused or warned about, whoever asks and whatever namespaces exist. */
export function packageProbe(namespacePrefix = 'tenant-'): Probe {
  const gateway = { attachedNamespaces: [`${namespacePrefix}probe`] }
  const body = {
    apiVersion: 'cozystack.io/v1alpha1',
    kind: 'Package',
    metadata: { name: 'gatehouse-probe' },
    spec: { components: { platform: { values: { gateway } } } },
  }
  return (request) => request('POST', '/apis/cozystack.io/v1alpha1/packages?dryRun=All', body)
}

export function createRegistration(
  request: ApiRequest,
  configurations: readonly ChartObject[],
  probe: Probe,
): Registration {
  const settle = (isRegistered: boolean): Promise<true> =>
    waitUntil(
      isRegistered ? 'the API server asks Gatehouse' : 'the API server asks Gatehouse no more',
      async () => {
        const { status, warnings } = await probe(request)
        return (status >= 300 || warnings.length > 0) === isRegistered || undefined
      },
      { seconds: 20, everyMs: 2 },
    )
  return {
    async register() {
      for (const configuration of configurations) {
        const path = `${pathOf(configuration)}?fieldManager=helm&force=true`
        const type = { 'content-type': 'application/apply-patch+yaml' }
        const { status, body } = await request('PATCH', path, configuration, type)
        if (status >= 300) throw new Error(`The registration was answered with ${status}: ${JSON.stringify(body)}`)
      }
      await settle(true)
    },
    async unregister() {
      for (const configuration of configurations) await request('DELETE', pathOf(configuration))
      await settle(false)
    },
  }
}

function pathOf({ kind, metadata: { name } }: ChartObject): string {
  return `${collections[kind]}/${name}`
}
