import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeTemporaryFolder } from '../temporary-folder.ts'
import { projectVolume } from './projected-volume.ts'

test('replaces all files of a volume and leaves nothing of the last version', async (t) => {
  const folder = await makeTemporaryFolder(t)
  await projectVolume(folder, { 'tls.crt': 'old certificate', 'tls.key': 'old key' })

  await projectVolume(folder, { 'tls.crt': 'new certificate', 'tls.key': 'new key' })

  assert.equal(await readFile(join(folder, 'tls.crt'), 'utf8'), 'new certificate')
  assert.equal(await readFile(join(folder, 'tls.key'), 'utf8'), 'new key')
  const versions = (await readdir(folder)).filter((name) => name.startsWith('..v'))
  assert.equal(versions.length, 1)
})
