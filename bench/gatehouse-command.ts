/** How `npm run gatehouse` starts Gatehouse: what is measured is what is run. */
import { readFileSync } from 'node:fs'

export interface GatehouseCommand {
  readonly environment: Readonly<Record<string, string>>
  readonly nodeArgs: readonly string[]
}

/** Takes the script of package.json apart: variables, `node`, its options, `src/main.ts`. */
export function readGatehouseCommand(): GatehouseCommand {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(text)
  const script = scripts['gatehouse'] ?? ''
  const words = script.split(' ')
  const node = words.indexOf('node')
  if (node < 0 || words.at(-1) !== 'src/main.ts') throw new Error(`this is not how Gatehouse is started: ${script}`)
  const environment = Object.fromEntries(words.slice(0, node).map(splitVariable))
  return { environment, nodeArgs: words.slice(node + 1, -1) }
}

function splitVariable(word: string): [string, string] {
  const at = word.indexOf('=')
  return [word.slice(0, at), word.slice(at + 1)]
}
