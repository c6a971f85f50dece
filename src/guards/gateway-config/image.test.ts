import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { askPlatformConfig, entryWith } from '../../../test/support/platform-config.ts'
import { parseImage } from './image.ts'

const hex = '0123456789abcdef'.repeat(4)

const good: Readonly<Record<string, Partial<ReturnType<typeof parseImage>>>> = {
  nginx: { host: '', path: 'nginx', tag: undefined, digest: undefined },
  'nginx:_tag.': { tag: '_tag.' },
  'library/a__b:1': { host: '', path: 'library/a__b' },
  'a---b/c.d_e:1': { host: '', path: 'a---b/c.d_e' },
  'localhost/a:1': { host: 'localhost', path: 'a' },
  'localhost:1': { host: '', path: 'localhost', tag: '1' },
  'ghcr.io:443': { host: '', path: 'ghcr.io', tag: '443' },
  'Reg.Example.NET:5000/a/b:1': { host: 'Reg.Example.NET:5000', path: 'a/b' },
  'registry:65535/a:1': { host: 'registry:65535', path: 'a' },
  '10.0.0.5:1/a:1': { host: '10.0.0.5:1', path: 'a' },
  '[2001:db8::1]:5000/a:1': { host: '[2001:db8::1]:5000', path: 'a' },
  '[::1]/a:1': { host: '[::1]', path: 'a' },
  // No host for its underscore, hence a path.
  'my_registry.io/a:1': { host: '', path: 'my_registry.io/a' },
  [`a:1@sha256:${hex}`]: { tag: '1', digest: `sha256:${hex}` },
  [`a@sha512:${hex}${hex}`]: { tag: undefined, digest: `sha512:${hex}${hex}` },
  [`${hex}:1`]: { path: hex },
  [`ghcr.io/${'a'.repeat(255)}:1`]: { host: 'ghcr.io' },
  [`a:${'t'.repeat(128)}`]: { tag: 't'.repeat(128) },
}

for (const [text, parts] of Object.entries(good)) {
  test(`${text.slice(0, 60)} is a reference`, () => {
    const image = parseImage(text)

    assert.deepEqual({ ...image, ...parts }, image)
  })
}

const bad = [
  '',
  ' a:1',
  'a:1\n',
  'a\u200bb:1',
  '\uff41:1',
  'a:1%20',
  'a:1?b',
  'a:1#b',
  'a+b:1',
  'https://ghcr.io/a:1',
  'user@ghcr.io/a:1',
  'A:1',
  'ghcr.io/A:1',
  'a___b:1',
  'a_.b:1',
  'a..b:1',
  '.a:1',
  'a./b:1',
  'a/-b:1',
  'a//b:1',
  '/a:1',
  'a/:1',
  'a/../b:1',
  'a:',
  ':1',
  'a:1:2',
  'a:-1',
  'a:.1',
  `a:${'t'.repeat(129)}`,
  `ghcr.io/${'a'.repeat(256)}:1`,
  'ghcr.io./a:1',
  '-ghcr.io/a:1',
  'ghcr-.io/a:1',
  'host:0/a:1',
  'host:65536/a:1',
  'host:-1/a:1',
  'host:/a:1',
  '[::1/a:1',
  '[::1]x/a:1',
  '[zz::1]:5000/a:1',
  '[fe80::1%eth0]/a:1',
  '[10.0.0.1]/a:1',
  '::1/a:1',
  hex,
  'a@',
  `@sha256:${hex}`,
  `a@sha256:${hex.toUpperCase()}`,
  `a@sha256:${hex}0`,
  `a@sha512:${hex}`,
  `a@sha384:${hex}${hex.slice(32)}`,
  `a@SHA256:${hex}`,
  `a@md5:${hex.slice(32)}`,
  `a@sha256:${hex}:1`,
  `a@sha256:${hex}@sha256:${hex}`,
]

for (const text of bad) {
  test(`${JSON.stringify(text).slice(0, 60)} is no reference`, () => {
    assert.equal(parseImage(text), undefined)
  })
}

// Image, allowed prefixes, and whether the place is allowed.
const places: readonly (readonly [string, readonly string[], boolean])[] = [
  ['ghcr.io/a/b:1', ['ghcr.io/a/'], true],
  ['ghcr.io/a/b/c:1', ['ghcr.io/a/'], true],
  ['ghcr.io/a:1', ['ghcr.io/a/'], false],
  ['ghcr.io/a:1', ['ghcr.io/a'], true],
  ['ghcr.io/a/b:1', ['ghcr.io/a'], true],
  ['ghcr.io/ab:1', ['ghcr.io/a'], false],
  ['ghcr.io/anything:1', ['ghcr.io'], true],
  ['ghcr.io/anything:1', ['ghcr.io/'], true],
  ['ghcr.io.evil.net/a:1', ['ghcr.io'], false],
  ['GHCR.io/a:1', ['ghcr.io'], false],
  ['ghcr.io:443/a:1', ['ghcr.io'], false],
  ['ghcr.io/a:1', ['ghcr.io:443'], false],
  ['reg.net:50001/a:1', ['reg.net:5000/'], false],
  ['[::1]:5000/a:1', ['[::1]:5000'], true],
  // A short name lies on no host, even where it reads like one.
  ['ghcr.io:1', ['ghcr.io'], false],
  ['localhost:1', ['localhost'], false],
  ['nginx:1', ['docker.io/library/', 'docker.io'], false],
  ['nginx:1', ['nginx'], true],
  ['library/nginx:1', ['library/'], true],
  ['a.b:1', ['a*'], false],
  ['a:1', ['/'], false],
  ['quay.io/b:1', ['ghcr.io/a/', 'quay.io/'], true],
  ['ghcr.io/a:1', [], false],
]

for (const [image, allowedImages, isAllowed] of places) {
  test(`${image} ${isAllowed ? 'is' : 'is not'} allowed by [${allowedImages.join(', ')}]`, () => {
    const { code } = askPlatformConfig({ text: entryWith({ image }), settings: { allowedImages } })

    assert.equal(code, isAllowed ? 200 : 403)
  })
}

test('a place and a missing tag are reported together', () => {
  const { code, found } = askPlatformConfig({ text: entryWith({ image: 'nginx' }) })

  assert.equal(code, 403)
  assert.deepEqual(found, [
    'data.namespaces[0].gateway.image: image-not-allowed',
    'data.namespaces[0].gateway.image: image-tag',
  ])
})

test('a reference is put together again from its parts', () => {
  const text = fc.stringMatching(/^[A-Za-z0-9._:/@[\]-]{1,30}$/)
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...Object.keys(good)), text), (written) => {
      const image = parseImage(written)
      fc.pre(image !== undefined)

      const { host, path, tag, digest } = image
      const again = `${host === '' ? '' : `${host}/`}${path}${tag === undefined ? '' : `:${tag}`}${
        digest === undefined ? '' : `@${digest}`
      }`

      assert.equal(again, written)
    }),
  )
})
