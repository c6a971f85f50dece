/** What `certs inspect` is given, as texts with certificates and keys in them. */
import type { Readable } from 'node:stream'
import type { Json } from '../guards/guard.ts'
import { isList, isObject, member } from '../guards/json.ts'
import { isPem, type Material } from '../tls/inspect.ts'
import { readManifestFiles } from './manifest-files.ts'
import { type ManifestObject, readManifestObjects } from './manifest-objects.ts'
import { InputError } from './usage.ts'

/** A chain and a key are a few kilobytes, a list of Secrets some more; what is larger is something else. */
const maxBytes = 4 * 1024 * 1024

/** PEM as it stands; of manifests the Secrets, and what registrations trust. Throws an `InputError`. */
export async function readMaterials(files: readonly string[], input: Readable): Promise<Material[]> {
  const materials: Material[] = []
  const faults: string[] = []
  for await (const file of readManifestFiles(files, input)) {
    if ('fault' in file) {
      faults.push(`${file.name}: ${file.fault}`)
    } else if (file.text.length > maxBytes) {
      faults.push(`${file.name}: it is larger than ${maxBytes / 1024 / 1024} MiB`)
    } else {
      const found = isPem(file.text) ? [{ place: file.name, pem: file.text }] : unpackManifests(file.name, file.text)
      materials.push(...found)
      if (found.length === 0) faults.push(`${file.name}: there is neither PEM in it nor a Secret with any`)
    }
  }
  if (faults.length > 0) throw new InputError(faults.join('\n'))
  return materials
}

function unpackManifests(file: string, text: string): Material[] {
  return readManifestObjects(text).flatMap((each) => {
    if ('fault' in each) return []
    const { kind, object } = each
    if (kind === 'Secret') return unpackSecret(`${file}, ${nameOf(each)}`, object)
    return kind.endsWith('WebhookConfiguration') ? unpackRegistration(`${file}, ${nameOf(each)}`, object) : []
  })
}

function unpackSecret(place: string, secret: Json): Material[] {
  const [data, stringData] = [member(secret, 'data'), member(secret, 'stringData')]
  const texts = {
    ...(isObject(data) ? Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(value)])) : {}),
    ...(isObject(stringData) ? stringData : {}),
  }
  return Object.entries(texts).flatMap(([key, pem]) => {
    const isPart = /\.(crt|key|pem)$/.test(key) || (typeof pem === 'string' && isPem(pem))
    return isPart && typeof pem === 'string' ? [{ place: `${place}, ${key}`, pem }] : []
  })
}

/** Mostly one bundle for all webhooks. */
function unpackRegistration(place: string, registration: Json): Material[] {
  const webhooks = member(registration, 'webhooks')
  const bundles = (isList(webhooks) ? webhooks : []).map((webhook) =>
    decode(member(member(webhook, 'clientConfig'), 'caBundle')),
  )
  return [...new Set(bundles)].map((pem) => ({ place: `${place}, caBundle`, pem }))
}

function decode(value: Json | undefined): string {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : ''
}

function nameOf({ kind, object }: ManifestObject): string {
  const name = member(member(object, 'metadata'), 'name')
  return typeof name === 'string' ? `${kind} ${name}` : kind
}
