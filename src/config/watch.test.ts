import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from './config.ts'
import type { ConfigError } from './config-error.ts'
import { loadConfig } from './load.ts'
import { type ConfigWatch, watchConfig, type WatchOptions } from './watch.ts'

const hour = 3_600_000
const root = mkdtempSync(join(tmpdir(), 'gatehouse-watch-'))
after(() => rmSync(root, { recursive: true }))
let folders = 0

function makeFolder(): string {
  const folder = join(root, String(folders++))
  mkdirSync(folder)
  return folder
}

interface Watched {
  readonly watch: ConfigWatch
  readonly file: string
  readonly levels: string[]
  readonly errors: ConfigError[]
  /** Two looks, as a new content needs. */
  readonly look: () => Promise<void>
}

/** Watches `file` with timers that never fire within a test, but for those that `timers` sets. */
function follow(t: TestContext, file: string, timers: Partial<WatchOptions> = {}): Watched {
  const levels: string[] = []
  const errors: ConfigError[] = []
  const watch = watchConfig({
    path: file,
    current: loadConfig(file, {}),
    environment: {},
    pollMilliseconds: hour,
    settleMilliseconds: hour,
    onChange: (config, previous) => levels.push(`${previous.log.level} to ${config.log.level}`),
    onRejected: (error) => errors.push(error),
    ...timers,
  })
  t.after(() => watch.close())
  const look = async (): Promise<void> => {
    await watch.check()
    await watch.check()
  }
  return { watch, file, levels, errors, look }
}

function start(t: TestContext): Watched {
  const file = join(makeFolder(), 'gatehouse.yaml')
  writeFileSync(file, 'log: {level: info}')
  return follow(t, file)
}

test('a file that did not change is no reload', async (t) => {
  const { look, levels, errors } = start(t)

  await look()
  await look()

  assert.deepEqual([levels, errors], [[], []])
})

test('a valid new content replaces the running configuration, once', async (t) => {
  const { file, look, levels, errors } = start(t)
  await look()

  writeFileSync(file, 'log: {level: debug}')
  await look()
  await look()

  assert.deepEqual([levels, errors], [['info to debug'], []])
})

test('a new content that means the same is a reload, too', async (t) => {
  const { file, look, levels } = start(t)
  await look()

  writeFileSync(file, 'log: {level: info} # as before')
  await look()

  assert.deepEqual(levels, ['info to info'])
})

test('what changed between loading the file and watching it is found', async (t) => {
  const { file, look, levels } = start(t)

  writeFileSync(file, 'log: {level: warn}')
  await look()
  await look()

  assert.deepEqual(levels, ['info to warn'])
})

test('an invalid content keeps the last good one and is told once', async (t) => {
  const { file, look, levels, errors } = start(t)
  await look()

  writeFileSync(file, 'log: {level: loud}')
  await look()
  await look()
  writeFileSync(file, 'log: {level: loud, format: pretty}')
  await look()
  await look()

  assert.deepEqual(levels, [])
  assert.deepEqual(
    errors.map(({ faults, rejection }) => [faults.length, rejection]),
    [
      [1, 'invalid'],
      [2, 'invalid'],
    ],
  )
})

test('after an invalid content the next valid one is taken, also where it is the one from before', async (t) => {
  const { file, look, levels, errors } = start(t)
  await look()

  writeFileSync(file, '[')
  await look()
  writeFileSync(file, 'log: {level: info}')
  await look()
  writeFileSync(file, '[')
  await look()
  writeFileSync(file, 'log: {level: debug}')
  await look()

  assert.deepEqual(levels, ['info to info', 'info to debug'])
  assert.equal(errors.length, 2)
})

test('a content that is still being written is not judged', async (t) => {
  const { watch, file, look, levels, errors } = start(t)
  await look()

  writeFileSync(file, '')
  await watch.check()
  writeFileSync(file, 'log: {lev')
  await watch.check()
  writeFileSync(file, 'log: {level: debug}')
  await watch.check()
  await watch.check()

  assert.deepEqual([levels, errors], [['info to debug'], []])
})

test('a file that is missing for a moment is nothing; one that stays away is told once', async (t) => {
  const { watch, file, look, levels, errors } = start(t)
  await look()

  rmSync(file)
  await watch.check()
  writeFileSync(file, 'log: {level: info}')
  await look()
  assert.deepEqual([levels, errors], [[], []])

  rmSync(file)
  await look()
  await look()
  assert.deepEqual(
    errors.map(({ faults }) => faults[0]?.text),
    ['cannot be read: there is no such file'],
  )

  writeFileSync(file, 'log: {level: debug}')
  await look()
  assert.deepEqual(levels, ['info to debug'])
})

test('what needs a restart is refused as a whole, naming the keys', async (t) => {
  const { file, look, levels, errors } = start(t)
  await look()

  writeFileSync(file, 'log: {level: debug}\nserver: {port: 9443, maxConcurrent: 8}\ntls: {clientAuth: {caFile: a}}')
  await look()
  await look()

  assert.deepEqual(levels, [])
  assert.deepEqual(
    errors.map(({ message, rejection }) => [message, rejection]),
    [
      [
        [
          `${file}: 3 faults:`,
          '- server.maxConcurrent: cannot change while the process runs; restart it',
          '- server.port: cannot change while the process runs; restart it',
          '- tls.clientAuth: cannot change while the process runs; restart it',
        ].join('\n'),
        'restart_needed',
      ],
    ],
  )
})

test('a refused change does not become what the next one is compared with', async (t) => {
  const { file, look, levels, errors } = start(t)
  await look()

  writeFileSync(file, 'log: {level: debug}\nserver: {port: 9443}')
  await look()
  writeFileSync(file, 'log: {level: debug}')
  await look()

  assert.deepEqual([levels, errors.length], [['info to debug'], 1])
})

test('nothing is told once the watch is closed', async (t) => {
  const { watch, file, look, levels, errors } = start(t)
  await look()

  writeFileSync(file, 'log: {level: debug}')
  const looking = look()
  watch.close()
  await looking
  await look()

  assert.deepEqual([levels, errors], [[], []])
})

/** Follows a file with its own timers and resolves with what the file said when it changed. */
function nextLevel(t: TestContext, file: string, timers: Partial<WatchOptions>) {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const onChange = (config: Config): void => resolve(config.log.level)
  const watched = follow(t, file, { onRejected: reject, ...timers, onChange })
  // The watch keeps no process alive, so the test has to; it also ends a test whose event never comes.
  const limit = new AbortController()
  const giveUp = async (): Promise<string> => wait(20_000, 'no change was seen', { signal: limit.signal })
  const level = Promise.race([promise, giveUp()]).finally(() => limit.abort())
  return { ...watched, level }
}

/** A folder as the kubelet makes it for a ConfigMap: the file leads through `..data` to a folder of its own. */
function mountConfigMap(text: string): { readonly file: string; readonly swap: (text: string) => void } {
  const folder = makeFolder()
  let generation = 0
  const swap = (content: string): void => {
    const name = `..generation_${generation++}`
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'gatehouse.yaml'), content)
    symlinkSync(name, join(folder, '..data_tmp'))
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
  }
  swap(text)
  symlinkSync(join('..data', 'gatehouse.yaml'), join(folder, 'gatehouse.yaml'))
  return { file: join(folder, 'gatehouse.yaml'), swap }
}

test('a ConfigMap volume that swaps its symbolic link is seen without polling', async (t) => {
  const { file, swap } = mountConfigMap('log: {level: info}')
  const { look, level } = nextLevel(t, file, { settleMilliseconds: 1 })
  await look()

  swap('log: {level: error}')

  assert.equal(await level, 'error')
})

test('a file that is written in place is seen without polling', async (t) => {
  const file = join(makeFolder(), 'gatehouse.yaml')
  writeFileSync(file, 'log: {level: info}')
  const { look, level } = nextLevel(t, file, { settleMilliseconds: 1 })
  await look()

  writeFileSync(file, 'log: {level: warn}')

  assert.equal(await level, 'warn')
})

test('a file that is replaced by renaming is seen without polling', async (t) => {
  const folder = makeFolder()
  const file = join(folder, 'gatehouse.yaml')
  writeFileSync(file, 'log: {level: info}')
  const { look, level } = nextLevel(t, file, { settleMilliseconds: 1 })
  await look()

  writeFileSync(join(folder, 'new'), 'log: {level: fatal}')
  renameSync(join(folder, 'new'), file)

  assert.equal(await level, 'fatal')
})

test('a change that no event tells of is found by polling', async (t) => {
  const [folder, elsewhere] = [makeFolder(), makeFolder()]
  writeFileSync(join(elsewhere, 'real.yaml'), 'log: {level: info}')
  symlinkSync(join(elsewhere, 'real.yaml'), join(folder, 'gatehouse.yaml'))
  const { look, level } = nextLevel(t, join(folder, 'gatehouse.yaml'), { pollMilliseconds: 5, settleMilliseconds: 1 })
  await look()

  writeFileSync(join(elsewhere, 'real.yaml'), 'log: {level: trace}')

  assert.equal(await level, 'trace')
})

test('a folder that goes and comes back is followed on', async (t) => {
  const folder = makeFolder()
  const file = join(folder, 'gatehouse.yaml')
  writeFileSync(file, 'log: {level: info}')
  const { look, level } = nextLevel(t, file, { pollMilliseconds: 5, settleMilliseconds: 1, onRejected: () => {} })
  await look()

  renameSync(folder, `${folder}-away`)
  await look()
  mkdirSync(folder)
  writeFileSync(file, 'log: {level: warn}')

  assert.equal(await level, 'warn')
})
