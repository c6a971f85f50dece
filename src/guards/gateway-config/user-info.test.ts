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
