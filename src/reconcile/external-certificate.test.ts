import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFakeInstallation } from '../../test/support/fake-installation.ts'
import type { Pass } from './controller.ts'
import { createExternalCertificate } from './external-certificate.ts'
import type { HandshakeProbe, RegistrationStore } from './installation-ports.ts'

const pass: Pass = { signal: new AbortController().signal, dryRun: false, assertLeading() {} }
const service = 'gatehouse-admission'
const notAfter = new Date('2030-05-01T00:00:00Z')

/** Two webhooks with these bundles, and a Service that `verify` speaks for. */
async function look(bundles: readonly [string, string], verify: (bundle: string) => Promise<Date>, on = pass) {
  const fake = createFakeInstallation()
  const ends: Date[] = []
  const registrations: RegistrationStore = {
    ...fake.registrations,
    async read(kind, signal) {
      const found = await fake.registrations.read(kind, signal)
      return (
        found && { ...found, webhooks: found.webhooks.map((each, at) => ({ ...each, caBundle: bundles[at] ?? '' })) }
      )
    },
  }
  const probe: HandshakeProbe = {
    ...fake.probe,
    verifyService: async (bundle) => ({ serial: '01', notAfter: await verify(bundle) }),
  }
  const onExpiry = (end: Date): void => void ends.push(end)
  const controller = createExternalCertificate({ service, registrations, probe, events: fake.events, onExpiry })
  const outcome = await controller.reconcile(on).catch((error: unknown) => error)
  return { outcome, ends, notes: fake.events.notes, writes: fake.writes }
}

test('every bundle is tried once, and the end of the certificate told', async () => {
  const tried: string[] = []

  const { outcome, ends, notes, writes } = await look(['A', 'A'], async (bundle) => {
    tried.push(bundle)
    return notAfter
  })

  assert.deepEqual([outcome, tried, ends], [{ changes: [] }, ['A'], [notAfter]])
  assert.deepEqual([notes, writes], [[], []])
})

test('a bundle that does not verify it is a failure with an Event on the Service', async () => {
  const { outcome, notes } = await look(['A', 'B'], async (bundle) => {
    if (bundle === 'B') throw new Error('unknown authority')
    return notAfter
  })

  assert.match(String(outcome), /unknown authority/)
  assert.deepEqual(notes, [
    {
      type: 'Warning',
      reason: 'CertificateNotVerified',
      action: 'Verify',
      note: 'unknown authority',
      regarding: { apiVersion: 'v1', kind: 'Service', name: 'gatehouse-admission' },
    },
  ])
})

test('a blank bundle is not tried: the public CAs would be trusted', async () => {
  const { outcome, ends } = await look(['', ''], () => assert.fail('tried'))

  assert.deepEqual([outcome, ends], [{ changes: [] }, []])
})

test('a dry run writes no Event', async () => {
  const { notes } = await look(['A', 'A'], () => Promise.reject(new Error('no')), { ...pass, dryRun: true })

  assert.deepEqual(notes, [])
})
