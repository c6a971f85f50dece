import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { makeTemporaryFolder } from '../temporary-folder.ts'
import { withLock } from './lock.ts'

test('lets one in at a time, and tells the others that they wait', async (t) => {
  const file = join(await makeTemporaryFolder(t), 'lock')
  const order: string[] = []
  const first = Promise.withResolvers<undefined>()
  const entered = Promise.withResolvers<undefined>()
  const holder = withLock(
    file,
    () => {
      entered.resolve(undefined)
      return first.promise
    },
    () => order.push('first waits'),
  )
  await entered.promise
  const second = withLock(
    file,
    async () => order.push('second works'),
    () => {
      order.push('second waits')
      first.resolve(undefined)
    },
  )

  await Promise.all([holder, second])

  assert.deepEqual(order, ['second waits', 'second works'])
  assert.equal(existsSync(file), false)
})

test('takes over from a run that was killed', async (t) => {
  const file = join(await makeTemporaryFolder(t), 'lock')
  const { pid } = spawnSync(process.execPath, ['--version'])
  await writeFile(file, String(pid))

  const result = await withLock(
    file,
    async () => 'done',
    () => undefined,
  )

  assert.equal(result, 'done')
})

test('one at a time takes over from a run that was killed', async (t) => {
  const folder = await makeTemporaryFolder(t)
  const file = join(folder, 'lock')
  const { pid } = spawnSync(process.execPath, ['--version'])
  await writeFile(file, String(pid))
  let [working, most] = [0, 0]
  const work = async (): Promise<void> => {
    working++
    most = Math.max(most, working)
    await nextTurn()
    working--
  }

  await Promise.all(Array.from({ length: 4 }, () => withLock(file, work, () => undefined)))

  assert.equal(most, 1)
  assert.deepEqual(readdirSync(folder), [])
})

test('gives the lock back after a failure', async (t) => {
  const file = join(await makeTemporaryFolder(t), 'lock')

  await assert.rejects(
    withLock(
      file,
      () => Promise.reject(new Error('no space')),
      () => undefined,
    ),
    /no space/,
  )

  assert.equal(existsSync(file), false)
})
