/**
 * Takes out of the installed packages what no Node ever runs: type declarations and sources in TypeScript (Node strips
 * types from nothing in node_modules) and the source maps that belong to them. Runs while the image is built.
 */
import { globSync, rmSync, statSync } from 'node:fs'

const files = globSync('node_modules/**/*.{ts,cts,mts,js.map,cjs.map,mjs.map,ts.map,cts.map,mts.map}').filter((file) =>
  statSync(file).isFile(),
)
const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0)
for (const file of files) rmSync(file)
console.log(`Removed ${files.length} files of ${Math.round(bytes / 1e6)} MB that are not run`)
