/** Asks the guard `gateway-config` about one document, in a small world, and keeps what tests compare. */
import { evaluateGuard } from '../../src/admission/evaluate.ts'
import { gatewayConfig } from '../../src/guards/gateway-config/guard.ts'
import type { GuardInput, Json, JsonObject } from '../../src/guards/guard.ts'
import { Settings } from '../../src/tenancy/settings.ts'
import { createKnownNamespaces } from './known-namespaces.ts'

const label = 'namespace.cozystack.io/host'

export const platformWorld: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  default: {},
  'kube-system': {},
  'gatehouse-system': {},
  'tenant-a': { [label]: 'A.example.org' },
  'tenant-b': { [label]: 'b.example.org' },
  'tenant-b-dev': { [label]: 'dev.b.example.org' },
  'tenant-acme': { [label]: 'customer1.io' },
  'tenant-plain': {},
}

export interface Question {
  /** `data.namespaces` of the new object; undefined for a ConfigMap without it. */
  readonly text?: Json | undefined
  /** The same of the stored object; the question is an update where this is present. */
  readonly stored?: Json | undefined
  readonly annotations?: Readonly<Record<string, string>>
  readonly settings?: Readonly<Record<string, unknown>>
  /** Whether the list of namespaces is complete. */
  readonly complete?: boolean
  readonly terminating?: readonly string[]
}

export interface Reply {
  readonly code: 200 | 403 | 422
  /** `field: origin` of each violation that denies, without the id of the guard and in its order. */
  readonly found: readonly string[]
  readonly warnings: readonly string[]
  /** Namespaces whose facts the guard asked for beforehand. */
  readonly namespaces: readonly string[]
}

export function platformSettings(settings: Question['settings']): Settings {
  return Settings.parse({ rootHost: 'example.org', ...settings })
}

/** A request about `platform-config` as the engine would hand it to the guard. */
export function platformInput(question: Question): GuardInput {
  const settings = platformSettings(question.settings)
  const known = createKnownNamespaces(platformWorld, settings, { complete: question.complete ?? true })
  const isUpdate = Object.hasOwn(question, 'stored')
  return {
    group: '',
    version: 'v1',
    kind: 'ConfigMap',
    operation: isUpdate ? 'UPDATE' : 'CREATE',
    subResource: '',
    namespace: settings.platformNamespace,
    name: 'platform-config',
    object: configMapWith(question.text, question.annotations),
    oldObject: isUpdate ? configMapWith(question.stored) : null,
    caller: { username: 'admin', groups: ['system:masters'] },
    facts: {
      tenancy: { kind: 'outside' },
      apexes: known.apexes,
      namespace(name) {
        const found = known.get(name)
        return found && { ...found, terminating: question.terminating?.includes(name) === true }
      },
    },
  }
}

/** The request to delete a ConfigMap with this text. */
export function platformDeletion(question: Question): GuardInput {
  const input = platformInput(question)
  return { ...input, operation: 'DELETE', object: null, oldObject: input.object }
}

export function askPlatformConfig(question: Question): Reply {
  return askGuard(platformInput(question), question)
}

export function askGuard(input: GuardInput, question: Pick<Question, 'settings'> = {}): Reply {
  const settings = platformSettings(question.settings)
  const { violations, warnings } = evaluateGuard(gatewayConfig, 'enforce', input, settings)
  const denials = violations.filter(({ effect }) => effect === 'deny')
  return {
    code: denials.length === 0 ? 200 : denials.some(({ malformed }) => malformed) ? 422 : 403,
    found: denials.map(({ field, origin }) => `${field}: ${origin.slice(gatewayConfig.id.length + 1)}`),
    warnings,
    namespaces: gatewayConfig.namespaces(input, settings),
  }
}

/** `platform-config` with this text in `data.namespaces`. */
export function configMapWith(text: Json | undefined, annotations?: Question['annotations']): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'platform-config', ...(annotations === undefined ? {} : { annotations }) },
    data: text === undefined ? {} : { namespaces: text },
  }
}

/** A document with one entry, for what concerns a single value. */
export function entryWith(gateway: Json, name = 'tenant-a'): string {
  return JSON.stringify([{ name, gateway }])
}
