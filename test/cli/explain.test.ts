import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { explainOrigin, explainRule, listTopics } from '../../src/cli/explain-text.ts'
import type { Guard } from '../../src/guards/guard.ts'
import { guards } from '../../src/guards/index.ts'
import { mutators } from '../../src/mutators/index.ts'
import { root, runGatehouse } from '../support/run-gatehouse.ts'

test('without an argument it lists guards, mutators and what the modes mean', async () => {
  const { code, stdout } = await runGatehouse(['explain'])

  assert.equal(code, 0)
  for (const { id, title } of [...Object.values(guards), ...Object.values(mutators)]) {
    assert.match(stdout, new RegExp(`^ {2}${id} +${title}$`, 'm'))
  }
  for (const mode of ['enforce', 'warn', 'audit', 'disabled']) assert.match(stdout, new RegExp(`^ {2}${mode} `, 'm'))
})

test('a guard is explained by its own page, where it looks and what it can report', async () => {
  const { code, stdout } = await runGatehouse(['explain', 'route-hostname'])

  assert.equal(code, 0)
  assert.ok(stdout.startsWith(readFileSync(join(root, 'src/guards/route-hostname/README.md'), 'utf8').trimEnd()))
  assert.match(stdout, /^ {2}GRPCRoute +gateway\.networking\.k8s\.io +v1, v1alpha2 +spec\.hostnames\[\]/m)
  assert.match(stdout, /^ {2}route-hostname\/outside-apex +a hostname is neither/m)
  assert.match(stdout, /^ {2}route-hostname\/unknown-version +/m)
})

test('an origin is explained in a sentence, with the versions that are known', async () => {
  const { code, stdout } = await runGatehouse(['explain', 'ingress-hostname/retired-group'])

  assert.equal(code, 0)
  assert.match(stdout, /^ingress-hostname\/retired-group: .*extensions\.\n/)
  assert.match(stdout, /^ {2}Ingress +networking\.k8s\.io +v1 +/m)
})

test('every guard, mutator and origin has an explanation', () => {
  for (const topic of listTopics()) assert.ok(explainRule(topic) ?? explainOrigin(topic), topic)
  const all: readonly Guard[] = Object.values(guards)
  for (const { id, origins } of all) {
    for (const [origin, meaning] of Object.entries(origins)) {
      assert.ok(explainOrigin(`${id}/${origin}`)?.startsWith(`${id}/${origin}: ${meaning}.\n`))
    }
  }
})

for (const [topic, guess] of [
  ['route-hostnames', 'route-hostname'],
  ['tenant-host/untrusted-calle', 'tenant-host/untrusted-caller'],
]) {
  test(`${topic} is unknown, and ${guess} is offered`, async () => {
    const { code, stdout, stderr } = await runGatehouse(['explain', topic ?? ''])

    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, new RegExp(`did you mean '${guess}'\\?`))
  })
}

for (const topic of ['constructor', 'tenant-host/toString', 'tenant-host/retired-group', 'tenant-host/', '../x']) {
  test(`${topic} is unknown`, () => {
    assert.equal(explainRule(topic) ?? explainOrigin(topic), undefined)
  })
}
