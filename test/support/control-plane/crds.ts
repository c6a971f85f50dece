/** Installs the CRDs of the kinds that are guarded, and of those that Gatehouse reads or renders. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { ApiRequest } from './api-request.ts'
import { crdFolder, ensureCrdSources } from './crd-modules.ts'
import { waitUntil } from './wait-until.ts'

export interface CrdOptions {
  /** Of Gateway API; experimental serves every version there is. One channel for the life of a control plane. */
  readonly channel?: 'experimental' | 'standard'
  /** Of OpenShift's APIServer; CustomNoUpgrade has `spec.tlsAdherence`. */
  readonly featureSet?: 'Default' | 'CustomNoUpgrade'
}

const Crd = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    group: z.string(),
    names: z.object({ plural: z.string() }),
    versions: z.array(z.object({ name: z.string(), served: z.boolean() })),
  }),
})
type Crd = z.infer<typeof Crd>

/** On a busy machine the last of them takes a while. */
const patience = { seconds: 60, everyMs: 100 }

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const policies = '/apis/admissionregistration.k8s.io/v1'
const collections: Readonly<Record<string, string>> = {
  CustomResourceDefinition: definitions,
  ValidatingAdmissionPolicy: `${policies}/validatingadmissionpolicies`,
  ValidatingAdmissionPolicyBinding: `${policies}/validatingadmissionpolicybindings`,
}

/** Applies all CRDs and waits until each served version answers. */
export async function installCrds(
  { request }: { readonly request: ApiRequest },
  { channel = 'experimental', featureSet = 'Default' }: CrdOptions = {},
): Promise<void> {
  const sources = await ensureCrdSources()
  const places = [
    join(sources, `gateway-${channel}`),
    join(sources, 'cert-manager'),
    join(sources, `openshift-${featureSet}.yaml`),
    crdFolder,
  ]
  const texts = (await Promise.all(places.map(readDocuments))).flat()
  const crds = (await Promise.all(texts.map((text) => applyDocument(request, text)))).flat()
  await becomeServed(request, crds)
}

async function readDocuments(place: string): Promise<readonly string[]> {
  const isFolder = (await stat(place)).isDirectory()
  const names = isFolder ? await readdir(place) : []
  const files = isFolder ? names.filter(isManifest).map((name) => join(place, name)) : [place]
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  return texts.flatMap((text) => text.split(/^---$/m)).filter((text) => /^kind:/m.test(text))
}

function isManifest(name: string): boolean {
  return name.endsWith('.yaml') && name !== 'kustomization.yaml'
}

/** Sends the text as it stands: some are half a megabyte of YAML, which only the server needs to read. */
async function applyDocument(request: ApiRequest, text: string): Promise<readonly Crd[]> {
  const kind = /^kind: (\S+)$/m.exec(text)?.[1] ?? ''
  const name = /^ {2}name: "?([^"\s]+)"?$/m.exec(text)?.[1] ?? ''
  const collection = collections[kind]
  if (collection === undefined || name === '') throw new Error(`No manifest to apply: ${kind} ${name}`)
  const path = `${collection}/${name}?fieldManager=gatehouse-tests&force=true`
  const { status, body } = await request('PATCH', path, text, { 'content-type': 'application/apply-patch+yaml' })
  if (status >= 300) throw new Error(`${kind} ${name} was answered with ${status}: ${JSON.stringify(body)}`)
  return kind === 'CustomResourceDefinition' ? [Crd.parse(body)] : []
}

/** All that kubectl asks to find out which kinds there are. */
const Discovery = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      versions: z.array(
        z.object({ version: z.string(), resources: z.array(z.object({ resource: z.string() })).default([]) }),
      ),
    }),
  ),
})
const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** Established is not the same as served, and what is served may not be in discovery yet, nor the other way round. */
async function becomeServed(request: ApiRequest, crds: readonly Crd[]): Promise<void> {
  const wanted = crds.flatMap(({ spec: { group, names, versions } }) =>
    versions.filter(({ served }) => served).map(({ name }) => `${group}/${name}/${names.plural}`),
  )
  await waitUntil(
    'all CRDs are in discovery',
    async () => {
      const { items } = Discovery.parse((await request('GET', '/apis', undefined, { accept: aggregated })).body)
      const known = new Set(
        items.flatMap(({ metadata, versions }) =>
          versions.flatMap(({ version, resources }) =>
            resources.map(({ resource }) => `${metadata.name}/${version}/${resource}`),
          ),
        ),
      )
      return wanted.every((path) => known.has(path)) || undefined
    },
    patience,
  )
  await Promise.all(
    wanted.map((path) => {
      const url = `/apis/${path}?limit=1`
      return waitUntil(
        `${path} is served`,
        async () => (await request('GET', url)).status === 200 || undefined,
        patience,
      )
    }),
  )
}
