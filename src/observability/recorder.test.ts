import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DenialRecord } from '../admission/ports.ts'
import { createLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { createRecorder } from './recorder.ts'

const denial: DenialRecord = {
  uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
  operation: 'CREATE',
  kind: 'HTTPRoute',
  namespace: 'tenant-maple',
  name: 'shop',
  user: 'alice',
  code: 403,
  origins: ['route-hostname/outside-apex'],
  fields: ['spec.hostnames[0]'],
  dryRun: false,
  milliseconds: 0.41234,
}

test('a refusal is one line with its facts as fields', () => {
  const { recorder, lines } = record()

  recorder.denied(denial)

  const [line] = lines()
  assert.match(String(line?.['time']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  assert.deepEqual(
    { ...line, time: 'now' },
    { time: 'now', level: 'info', ...denial, milliseconds: 0.412, msg: 'Denied request' },
  )
})

test('nothing but the known fields of a refusal reaches the log', () => {
  const { recorder, text } = record()

  recorder.denied({ ...denial, object: { data: 'c2VjcmV0' } } as DenialRecord)

  assert.doesNotMatch(text(), /c2VjcmV0/)
})

test('line ends and JSON in object names: one escaped log line', () => {
  const { recorder, lines, text } = record()
  const name = 'a\r\n{"level":"fatal"}\u2028\u0000\u007f\u009b31m\u202e'

  recorder.denied({ ...denial, name, user: 'x'.repeat(10_000) })

  assert.equal(text().match(/\n/g)?.length, 1)
  assert.match(text(), /^[\x20-\x7e]+\n$/)
  const [line] = lines()
  assert.equal(line?.['name'], name)
  assert.equal(String(line?.['user']).length, 257)
})

test('10,000 refusals a second: a hundred lines, and one that says what was left out', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { recorder, lines } = record()

  for (let at = 0; at < 10_000; at++) recorder.denied(denial)
  t.mock.timers.tick(1_000)
  recorder.denied(denial)

  const messages = lines().map(({ msg, leftOut }) => [msg, leftOut])
  assert.equal(messages.length, 102)
  assert.deepEqual(messages[99], ['Denied request', undefined])
  assert.deepEqual(messages[100], ['Left denied requests out of the log', 9_900])
  assert.deepEqual(messages[101], ['Denied request', undefined])
})

test('a quiet second says nothing of what was left out', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { recorder, lines } = record()

  for (let at = 0; at < 100; at++) recorder.denied(denial)
  t.mock.timers.tick(1_000)

  assert.equal(lines().length, 100)
})

test('a fault is logged with its place and without its message', () => {
  const { recorder, lines, text } = record()
  const error = new SyntaxError('Unexpected token in "top secret"\n    at secret place')

  recorder.fault('gateway-config', denial.uid, error)
  recorder.fault('gateway-config', denial.uid, 'thrown text')

  const [first, second] = lines()
  assert.doesNotMatch(text(), /secret|thrown text/)
  assert.equal(first?.['msg'], 'Failed to judge request')
  assert.equal(first?.['where'], 'gateway-config')
  assert.equal(first?.['error'], 'SyntaxError')
  assert.match(String(first?.['at']), /recorder\.test\.ts/)
  assert.equal(second?.['error'], 'string')
})

test('reviews and violations go to the metrics', async () => {
  const { recorder, metrics } = record()

  recorder.review({ family: 'route-hostname', operation: 'UPDATE', decision: 'denied', dryRun: true, seconds: 0.001 })
  recorder.violation('route-hostname/outside-apex', 'deny')
  recorder.turnedAway('overload')

  const page = await metrics.render()
  assert.match(page, /reviews_total\{family="route-hostname",operation="UPDATE",decision="denied",dry_run="true"\} 1\n/)
  assert.match(
    page,
    /violations_total\{guard="route-hostname",origin="route-hostname\/outside-apex",effect="deny"\} 1\n/,
  )
  assert.match(page, /turned_away_total\{reason="overload"\} 1\n/)
})

test('format text: one readable line, values that could mislead in quotes', () => {
  const { recorder, text } = record('text')

  recorder.denied({ ...denial, name: 'a b\n\u009bc', user: 'system:serviceaccount:x:y' })

  assert.match(
    text(),
    /^\d\d:\d\d:\d\d\.\d{3} INFO {2}Denied request uid=705ab4f5-[^ ]+ operation=CREATE kind=HTTPRoute /,
  )
  assert.match(text(), / name="a b\\n\\u009bc" user=system:serviceaccount:x:y code=403 /)
  assert.match(text(), / origins=\[route-hostname\/outside-apex\] fields=\["spec\.hostnames\[0\]"\] dryRun=false /)
  assert.match(text(), /^[\x20-\x7e]+\n$/)
})

test('lines below the level are not written', () => {
  const { recorder, text } = record('json', 'warn')

  recorder.denied(denial)

  assert.equal(text(), '')
})

function record(format: 'json' | 'text' = 'json', level: 'info' | 'warn' = 'info') {
  const written: string[] = []
  const log = createLogger({ format, level }, { write: (line) => written.push(line) })
  const metrics = createMetrics({
    families: ['route-hostname'],
    origins: { 'route-hostname': ['route-hostname/outside-apex'] },
  })
  const parse = (line: string): Record<string, unknown> => JSON.parse(line)
  return {
    recorder: createRecorder(metrics, log),
    metrics,
    text: () => written.join(''),
    lines: () => written.map(parse),
  }
}
