import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFakeInstallation } from '../../test/support/fake-installation.ts'
import type { Gap } from '../coverage/gap.ts'
import type { Pass } from './controller.ts'
import { createCoverage } from './coverage.ts'

const pass: Pass = { signal: new AbortController().signal, dryRun: false, assertLeading() {} }

function gap(text: string, resource = 'httproutes'): Gap {
  return { resource, kind: 'missing-webhook', mutating: false, text, remedy: 'Do something' }
}

function compose() {
  let gaps: readonly Gap[] = []
  const logged: string[] = []
  const counts: (readonly [string, number])[][] = []
  const installation = createFakeInstallation()
  const controller = createCoverage({
    intervalMs: 300_000,
    installation: {
      configurations: 'gatehouse',
      service: { name: 's', namespace: 'gatehouse-system', port: 443 },
      url: undefined,
      ownNamespace: 'gatehouse-system',
      platformNamespace: 'p',
      namespacePrefix: 'tenant-',
      hostLabel: 'h',
      protectedLabels: [],
      guards: [],
      mutators: [],
      failurePolicies: {},
    },
    find: () => gaps,
    discovery: { list: async () => [] },
    registrations: installation.registrations,
    readCA: async () => undefined,
    events: installation.events,
    log: {
      info: (_, message) => void logged.push(message),
      warn: (_, message) => void logged.push(message),
    },
    onGaps: (found) => void counts.push([...found]),
  })
  return {
    controller,
    logged,
    counts,
    notes: installation.events.notes,
    find: (...found: readonly Gap[]) => void (gaps = found),
  }
}

test('a gap is looked at once more after a minute, and then told of once while it stands', async () => {
  const { controller, notes, logged, find } = compose()
  find(gap('it is gone'))

  const first = await controller.reconcile(pass)
  assert.deepEqual([first.againMs, notes.length], [60_000, 0])
  const second = await controller.reconcile(pass)
  assert.deepEqual([second.againMs, notes.length], [undefined, 1])
  await controller.reconcile(pass)

  assert.equal(notes.length, 1)
  assert.deepEqual(logged, ['Found a coverage gap'])
  const [note] = notes
  assert.deepEqual([note?.type, note?.reason, note?.note], ['Warning', 'CoverageGap', 'it is gone. Do something'])
  assert.deepEqual(note?.regarding, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    name: 'gatehouse',
    uid: 'u',
  })
})

test('a gap that was there for one look only is told to nobody', async () => {
  const { controller, notes, logged, find } = compose()
  find(gap('an upgrade'))
  await controller.reconcile(pass)
  find()
  await controller.reconcile(pass)
  find(gap('an upgrade'))
  await controller.reconcile(pass)

  assert.deepEqual([notes.length, logged], [0, []])
})

test('a gap that closed and opens again is news again', async () => {
  const { controller, notes, logged, find } = compose()
  for (const gaps of [[gap('gone')], [gap('gone')], [], [gap('gone')], [gap('gone')]]) {
    find(...gaps)
    await controller.reconcile(pass)
  }

  assert.equal(notes.length, 2)
  assert.deepEqual(logged, ['Found a coverage gap', 'Closed a coverage gap', 'Found a coverage gap'])
})

test('one fault of several resources is one piece of news and a gap of each', async () => {
  const { controller, notes, counts, find } = compose()
  find(gap('blank', 'httproutes'), gap('blank', 'grpcroutes'), gap('other', 'httproutes'))
  await controller.reconcile(pass)
  await controller.reconcile(pass)

  assert.equal(notes.length, 2)
  assert.deepEqual(counts.at(-1), [
    ['httproutes', 2],
    ['grpcroutes', 1],
  ])
})
