import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stringify } from 'yaml'
import { z } from 'zod'
import { parseConfig } from './load.ts'
import { describeConfig } from './schema.ts'

/** The part of JSON Schema that ours is written in. Strict: any other keyword fails here, not silently in an editor. */
const Schema = z.strictObject({
  $schema: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  default: z.json().optional(),
  type: z.enum(['object', 'array', 'string', 'integer', 'boolean']).optional(),
  properties: z
    .record(
      z.string(),
      z.lazy((): z.ZodType<unknown> => Schema),
    )
    .optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.union([z.literal(false), z.strictObject({ type: z.literal('string') })]).optional(),
  propertyNames: z.strictObject({ type: z.literal('string') }).optional(),
  items: z.lazy((): z.ZodType<unknown> => Schema).optional(),
  oneOf: z.array(z.lazy((): z.ZodType<unknown> => Schema)).optional(),
  anyOf: z.array(z.lazy((): z.ZodType<unknown> => Schema)).optional(),
  not: z.lazy((): z.ZodType<unknown> => Schema).optional(),
  enum: z.array(z.string()).optional(),
  const: z.string().optional(),
  pattern: z.string().optional(),
  minLength: z.int().optional(),
  minimum: z.int().optional(),
  maximum: z.int().optional(),
})

const schema: unknown = describeConfig()

/** Whether `value` satisfies `node`, as an editor would find. */
function fits(node: unknown, value: unknown): boolean {
  const rule = Schema.parse(node)
  if (rule.oneOf && rule.oneOf.filter((option) => fits(option, value)).length !== 1) return false
  if (rule.anyOf && !rule.anyOf.some((option) => fits(option, value))) return false
  if (rule.not !== undefined && fits(rule.not, value)) return false
  if (rule.enum && !rule.enum.some((choice) => choice === value)) return false
  if (rule.const !== undefined && rule.const !== value) return false
  switch (rule.type) {
    case undefined:
      return true
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return (
        Number.isSafeInteger(value) &&
        Number(value) >= (rule.minimum ?? -Infinity) &&
        Number(value) <= (rule.maximum ?? Infinity)
      )
    case 'string':
      return (
        typeof value === 'string' && value.length >= (rule.minLength ?? 0) && new RegExp(rule.pattern ?? '').test(value)
      )
    case 'array':
      return Array.isArray(value) && value.every((item) => fits(rule.items, item))
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value) && fitsObject(rule, value)
  }
}

function fitsObject(rule: z.infer<typeof Schema>, value: object): boolean {
  const properties = new Map(Object.entries(rule.properties ?? {}))
  const keys = Object.keys(value)
  const complete = (rule.required ?? []).every((key) => keys.includes(key))
  const others = rule.additionalProperties
  return (
    complete &&
    Object.entries(value).every(([key, item]) =>
      properties.has(key)
        ? fits(properties.get(key), item)
        : others !== undefined && others !== false && fits(others, item),
    )
  )
}

function loads(text: string): boolean {
  try {
    parseConfig(Buffer.from(text), 'x.yaml', {})
    return true
  } catch {
    return false
  }
}

const accepted = [
  {},
  { settings: {} },
  { settings: { rootHost: 'example.org', trustedUsers: ['a'], maxDnsNames: 1, allowUnauthenticated: true } },
  { settings: { trustedGroups: ['system:serviceaccounts:a'] } },
  { guards: { 'route-hostname': { mode: 'audit' }, 'tenant-host': {} } },
  { mutators: { 'default-route-hostname': { mode: 'enforce', template: '{apex}' } } },
  { facts: {} },
  { facts: { source: 'cluster', snapshot: 'x', maxSnapshotAge: '90m' } },
  { facts: { apiServer: { url: 'https://a', tokenFile: 't', caFile: 'c' } } },
  { facts: { source: 'file', path: 'x' } },
  { server: { port: 0, healthPort: 0, maxBytesInFlight: 1024 } },
  { server: { maxBytesInFlight: '512KiB' } },
  { tls: { certificate: { certFile: 'a', requiredNames: ['a'] }, clientAuth: { caFile: 'a' } } },
  { tls: { profile: { name: 'Modern', floor: 'TLSv1.2', legacyTLS: true } } },
  { controller: { openshell: { maxUpdating: 3, openshift: false }, tlsProfile: { clientOffer: { ciphers: ['a'] } } } },
  { controller: { openshell: { maxUpdating: '10%', openshift: 'auto' }, tlsProfile: { clientOffer: 'oldest' } } },
  {
    controller: {
      webhook: { configurations: 'a', service: { name: 'b', namespace: 'c' }, podSelector: { 'a/b': 'c' } },
      lease: { duration: '15s' },
    },
  },
  { cluster: { kubeconfig: 'x' }, log: { level: 'fatal', format: 'text' } },
]

for (const value of accepted)
  test(`schema and loader both take ${JSON.stringify(value)}`, () => {
    assert.deepEqual([fits(schema, value), loads(stringify(value))], [true, true])
  })

const refused = [
  { setings: {} },
  { settings: null },
  { settings: { rootHost: 1 } },
  { settings: { hostLabel: '' } },
  { settings: { trustedGroups: ['a', 1] } },
  { settings: { trustedGroups: ['system:masters', 'system:serviceaccounts'] } },
  { settings: { maxDnsNames: 0 } },
  { guards: { 'route-hostname': { mode: 'off' } } },
  { guards: { 'route-hostname': { mode: false } } },
  { guards: { 'route-hostname': 'warn' } },
  { guards: { unknown: {} } },
  { mutators: { 'default-listener-hostname': { mode: 'warn' } } },
  { facts: { source: 'file' } },
  { facts: { source: 'file', path: 'x', snapshot: 'y' } },
  { facts: { path: 'x' } },
  { facts: { maxSnapshotAge: 60 } },
  { facts: { maxSnapshotAge: '1 h' } },
  { server: { port: 65536 } },
  { server: { port: '8443' } },
  { server: { maxConcurrent: 1.5 } },
  { server: { maxBytesInFlight: '64MB' } },
  { server: { maxBytesInFlight: 0 } },
  { tls: { clientAuth: {} } },
  { tls: { additionalCertificate: { certFile: 'a' } } },
  { tls: { profile: { floor: '1.2' } } },
  { controller: { openshell: { gracePeriod: 10 } } },
  { controller: { tlsprofile: {} } },
  { controller: { webhook: { configurations: 'a' } } },
  { controller: { webhook: { configurations: 'a', service: { name: 'b', namespace: 'c' }, podSelector: { a: 1 } } } },
  { controller: { lease: { duration: 15 } } },
  { cluster: { url: 'x' } },
  { log: { level: 'loud' } },
  [],
]

for (const value of refused)
  test(`schema and loader both refuse ${JSON.stringify(value)}`, () => {
    assert.deepEqual([fits(schema, value), loads(stringify(value))], [false, false])
  })

interface Place {
  readonly path: string
  readonly rule: z.infer<typeof Schema>
}

/** Every node of a schema with its path in the file. */
function listPlaces(node: unknown, path = ''): readonly Place[] {
  const rule = Schema.parse(node)
  const { anyOf = [], items, oneOf = [], properties = {} } = rule
  const inside = [...anyOf, ...oneOf, ...(items === undefined ? [] : [items])]
  const below = Object.entries(properties).flatMap(([key, child]) => listPlaces(child, `${path}.${key}`))
  return [{ path, rule }, ...inside.flatMap((option) => listPlaces(option, path)), ...below]
}

test('every key of the schema is described', () => {
  const places = listPlaces(schema)

  const described = new Set(places.filter(({ rule }) => rule.description !== undefined).map(({ path }) => path))

  assert.deepEqual(
    places.filter(({ path }) => path !== '' && !described.has(path)).map(({ path }) => path),
    [],
  )
})

test('unknown keys are refused at every level but among labels, and none is required at the top', () => {
  const open = listPlaces(schema).filter(({ rule }) => rule.type === 'object' && rule.additionalProperties !== false)

  assert.deepEqual(
    open.map(({ path }) => path),
    ['.controller.webhook.podSelector'],
  )
  assert.equal(Schema.parse(schema).required, undefined)
})
