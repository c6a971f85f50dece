/** The README shows real output: its commands are run, and what they print is compared with what it shows. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { root, runGatehouse } from '../support/run-gatehouse.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const consoles = [...readme.matchAll(/^```console\n\$ (.+)\n([^`]*(?:`(?!``)[^`]*)*)^```$/gm)].map(
  ([, command = '', output = '']) => ({ command, output }),
)
const prefix = 'npm run --silent gatehouse -- '
const onCluster = `${prefix}demo --cluster`
// The demo on a cluster takes a cluster: test/e2e/demo-cluster.test.ts compares it.
const shown = consoles.filter(({ command }) => command.startsWith(prefix) && command !== onCluster)

test('the README shows the story, both commands, and what check and explain say', () => {
  assert.deepEqual(
    consoles.map(({ command }) => command.split(' ').slice(0, 6).join(' ')),
    [`${prefix}demo`, 'npm start', 'npm test', `${prefix}check`, `${prefix}explain`, `${prefix}check`],
  )
})

for (const { command, output } of shown) {
  test(`${command} prints what the README shows`, async () => {
    const { stdout, stderr } = await runGatehouse(command.slice(prefix.length).split(' '))

    assert.equal(stdout, output)
    assert.equal(stderr, '')
  })
}

test('npm start prints what the README shows, in that order', async () => {
  const { stdout } = await runGatehouse(['demo', '--once'])

  const output = consoles.find(({ command }) => command === 'npm start')?.output ?? ''
  // Behind the examples stands what --once does without: the address, which is another one each time.
  const [examples = ''] = output.split('\n\nThe server stays up at ')
  let at = 0
  for (const excerpt of examples.split('…\n').filter((text) => text !== '')) {
    const found = stdout.indexOf(excerpt, at)
    assert.ok(found >= 0, `the demo does not print this any more:\n${excerpt}`)
    at = found + excerpt.length
  }
})

test('the example of a pipeline uses options that check has', async () => {
  const { stdout } = await runGatehouse(['check', '--help'])

  const [, pipeline = ''] = /^```sh\n([\s\S]*?)^```$/m.exec(readme) ?? []
  const options = [...pipeline.matchAll(/check .*/g)].flatMap(([words]) => words.match(/ -{1,2}[a-z-]+/g) ?? [])
  assert.deepEqual(options, [' -n', ' --config', ' --namespaces'])
  for (const option of options) assert.ok(stdout.includes(option.trim()), option)
})

test('every file that the README leads to is there', () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].flatMap(([, link]) => link ?? [])

  assert.ok(links.length > 0)
  for (const link of links) assert.ok(existsSync(join(root, link)), link)
})
