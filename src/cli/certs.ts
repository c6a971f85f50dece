import { suggest } from '../config/suggest.ts'
import { showValue } from '../config/show-value.ts'
import { runInspect, inspectOptions } from './certs-inspect.ts'
import { runIssue, issueOptions } from './certs-issue.ts'
import type { Terminal } from './terminal.ts'
import { UsageError, type Usage } from './usage.ts'

const actions: ReadonlyMap<string, (argv: readonly string[], terminal: Terminal) => Promise<number>> = new Map([
  ['issue', runIssue],
  ['inspect', runInspect],
])

export const usage = {
  synopsis: [
    'issue --out DIR --name NAME... [--ip ADDRESS...] [--days N]',
    'issue ... [--ca-cert FILE --ca-key FILE] [--force] [-o text|json]',
    'inspect FILE... [--name NAME...] [-o text|json]',
  ],
  operands: {
    name: 'FILE',
    most: Infinity,
    help: 'inspect: certificates and private keys in PEM, or Secrets in YAML or JSON; - is standard input',
  },
  options: { ...issueOptions, ...inspectOptions },
  notes: [
    "'issue' writes tls.crt and tls.key, and ca.crt and ca.key where it makes the CA itself. It prints the caBundle that a webhook registration needs.",
    "'inspect' looks at all files together: whether keys belong, chains lead to a CA, names are covered, and nothing has expired. It never prints a key.",
    "Exits with 0 where all is well, with 1 where 'inspect' finds something wrong, with 2 for bad usage or files that cannot be used.",
  ],
} as const satisfies Usage

/** Makes certificates for people, and looks at those there are. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [word, ...rest] = argv
  const action = actions.get(word ?? '')
  if (action === undefined) throw new UsageError([explainUnknown(word)])
  return action(rest, terminal)
}

function explainUnknown(word: string | undefined): string {
  if (word === undefined) return "say 'issue' or 'inspect'"
  const meant = suggest(word, [...actions.keys()])
  return `${showValue(word)} is neither 'issue' nor 'inspect'${meant === undefined ? '' : `; did you mean '${meant}'?`}`
}
