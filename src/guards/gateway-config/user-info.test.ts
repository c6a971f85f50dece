import assert from 'node:assert/strict'
import { test } from 'node:test'

import { askPlatformConfig, entryWith, platformInput, platformSettings } from '../../../test/support/platform-config.ts'
import { gatewayConfig } from './guard.ts'
import { hideUserInfo } from './user-info.ts'

const shown: Readonly<Record<string, string>> = {
  'user:secret@ghcr.io/x:1': '@ghcr.io/x:1',
  'https://user:secret@ghcr.io/x:1': '@ghcr.io/x:1',
  'user:s@cret@ghcr.io:5000/x:1': '@ghcr.io:5000/x:1',
  'user:secret@sha256:5000/x:1': '@sha256:5000/x:1',
  'user:secret@ghcr.io/x:1@sha256:12': '@ghcr.io/x:1@sha256:12',
  'ghcr.io/x:1@sha256:12': 'ghcr.io/x:1@sha256:12',
  'ghcr.io/x:1@SHA384:12@md5:12': 'ghcr.io/x:1@SHA384:12@md5:12',
  'ghcr.io/x:1@': 'ghcr.io/x:1@',
  'ghcr.io/x:1': 'ghcr.io/x:1',
  '': '',
}

for (const [text, expected] of Object.entries(shown)) {
  test(`${JSON.stringify(text)} is shown as ${JSON.stringify(expected)}`, () => {
    assert.equal(hideUserInfo(text), expected)
  })
}

test('no denial repeats the password in an image or a URL', () => {
  const text = entryWith({
    image: 'user:secret@ghcr.io/x:1',
    serverDnsNames: ['https://user:secret@gw.a.example.org/', 'user:secret@gw.a.example.org'],
    config: 'openshell.gateway.default_image = "user:secret@ghcr.io/x:1"',
  })

  const { violations } = gatewayConfig.check(platformInput({ text }), platformSettings({}))

  assert.equal(violations.length, 4)
  assert.equal(askPlatformConfig({ text }).code, 422)
  assert.doesNotMatch(JSON.stringify(violations), /user|secret/)
})

test('no denial repeats a text that stands where a map, a list or a key belongs', () => {
  const url = 'openshell.gateway.database_url = "postgres://u:hunter2@db/x"'
  const written = JSON.stringify(url)
  const texts = [
    written,
    `- ${written}`,
    `- name: tenant-a\n  gateway: ${url}`,
    `- name: tenant-a\n  gateway: {serverDnsNames: ${written}}`,
    `- name: tenant-a\n  gateway: {? ${written}}`,
    `- name: tenant-a\n  ${written}: &a 1\n  ${written}: 2`,
    `- name: tenant-a\n  ${'hunter2'.repeat(10)}: 1`,
  ]
  for (const text of texts) {
    const { violations } = gatewayConfig.check(platformInput({ text }), platformSettings({}))

    assert.notEqual(violations.length, 0)
    assert.doesNotMatch(JSON.stringify(violations), /database|hunter/)
  }
})

test('a text in a wrong place shows its length, and an odd key its place', () => {
  const text = '- name: tenant-a\n  gateway: all of it\n  "a b": x'

  const { violations } = gatewayConfig.check(platformInput({ text }), platformSettings({}))

  assert.deepEqual(
    violations.map(({ field, value }) => [field, value]),
    [
      ['data.namespaces[0][…]', 'line 3, column 3'],
      ['data.namespaces[0].gateway', 'a text of 9 characters'],
    ],
  )
})
