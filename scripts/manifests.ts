/**
 * `npm run manifests` writes `deploy/` from the chart. Apart from `npm run generate`, since it needs Helm, which
 * takes minutes to build; a test compares the result with the chart.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { renderManifests } from './generated/manifests.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

for (const [path, content] of Object.entries(await renderManifests(root))) {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
  console.log(`Wrote ${path}`)
}
