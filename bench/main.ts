/** `npm run bench`: Gatehouse against the barest server that does the same work. See docs/performance.md. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, tmpdir } from 'node:os'
import { join } from 'node:path'

import { makeCertificate } from './certificate.ts'
import { runParts, type Report } from './parts.ts'
import { readOptions } from './options.ts'
import { canPin } from './processes.ts'
import { showReport } from './report.ts'
import { pathOf } from './servers.ts'

const options = readOptions(process.argv.slice(2))
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'))
const machine = {
  node: process.version,
  kernel: release(),
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  pinned: canPin,
  loadAverage: loadavg()[0] ?? Number.NaN,
}
const report: Report = {
  machine,
  options,
  ...(await runParts({ folder, certificate: await makeCertificate(folder) }, options)),
}
// Left where something failed: the logs are in it.
rmSync(folder, { recursive: true })

console.log(showReport(report))
const results = pathOf('results')
mkdirSync(results, { recursive: true })
const file = join(results, `${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.json`)
writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`)
console.log(`\nEvery round: ${file}`)
