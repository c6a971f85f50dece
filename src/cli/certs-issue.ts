/** `gatehouse certs issue`: a certificate to try things with, or for a cluster whose Secrets people make themselves. */
import { X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { unreadable } from '../config/load.ts'
import { showValue } from '../config/show-value.ts'
import { isName } from '../hostnames/name.ts'
import { type IssuedCertificate, issueCertificate, nameCa } from '../tls/issue.ts'
import { readIssuer } from '../tls/issuer.ts'
import { parseCertificate } from '../tls/pem.ts'
import { readArguments } from './arguments.ts'
import { alignColumns } from './columns.ts'
import { printable } from './printable.ts'
import type { Terminal } from './terminal.ts'
import { InputError, UsageError, type Usage } from './usage.ts'

const defaultDays = 90
const caDays = 3650
const maxDays = 36_500
/** What it writes: the keys for their owner alone. */
const modes = { 'ca.crt': 0o644, 'ca.key': 0o600, 'tls.crt': 0o644, 'tls.key': 0o600 } as const
type FileName = keyof typeof modes
type Files = Readonly<Partial<Record<FileName, string>>>

export const issueOptions = {
  out: { type: 'string', value: 'DIR', required: true, help: 'issue: the folder to write to' },
  name: { type: 'string', value: 'NAME', multiple: true, help: 'issue: a DNS name for the certificate' },
  ip: { type: 'string', value: 'ADDRESS', multiple: true, help: 'issue: an IP address for the certificate' },
  days: {
    type: 'string',
    value: 'N',
    help: `issue: how long it lives, ${defaultDays} if not given; a new CA lives ${caDays}, or as long`,
  },
  'ca-cert': { type: 'string', value: 'FILE', help: 'issue: the CA that signs; without it a new one is made' },
  'ca-key': { type: 'string', value: 'FILE', help: 'issue: its private key' },
  force: { type: 'boolean', help: 'issue: replace files that are there' },
  output: { type: 'string', short: 'o', choices: ['text', 'json'], help: 'for people or for machines' },
} as const satisfies Usage['options']

interface Order {
  readonly out: string
  readonly names: readonly string[]
  readonly addresses: readonly string[]
  readonly days: number
  readonly caFiles: { readonly cert: string; readonly key: string } | undefined
  readonly force: boolean
  readonly output: 'text' | 'json'
}

/** Issues a certificate and says what was written. */
export async function runIssue(argv: readonly string[], terminal: Terminal): Promise<number> {
  const order = readOrder(argv)
  const now = new Date()
  const given = order.caFiles === undefined ? undefined : readCa(order.caFiles, order.days, now)
  const ca = given ?? (await makeCa(order.days, now))
  const { cert, key } = await issueCertificate({
    commonName: 'Gatehouse',
    dnsNames: order.names,
    ipAddresses: order.addresses,
    issuer: ca,
    days: order.days,
    now,
  })
  const files: Files = {
    ...(given === undefined ? { 'ca.key': ca.key } : {}),
    'ca.crt': ca.cert,
    'tls.key': key,
    'tls.crt': cert,
  }
  writeFiles(order, files)
  await terminal.print(describe(order, files, ca.cert, cert))
  return 0
}

function readOrder(argv: readonly string[]): Order {
  const { values, faults } = readArguments(argv, { synopsis: [], options: issueOptions })
  const { out = '', name = [], ip = [], 'ca-cert': caCert, 'ca-key': caKey } = values
  const days = values.days === undefined ? defaultDays : Number(values.days)
  if (name.length + ip.length === 0) faults.push('--name DNS or --ip ADDRESS is required')
  for (const each of name) if (!isName(each)) faults.push(`--name must be a DNS name, not ${showValue(each)}`)
  for (const each of ip)
    if (isIP(each) === 0 || each.includes('%')) faults.push(`--ip must be an IP address, not ${showValue(each)}`)
  if (!/^[0-9]{1,5}$/.test(values.days ?? '1') || days < 1 || days > maxDays) {
    faults.push(`--days must be a whole number from 1 to ${maxDays}, not ${showValue(values.days)}`)
  }
  if ((caCert === undefined) !== (caKey === undefined)) faults.push('--ca-cert and --ca-key go together')
  if (faults.length > 0) throw new UsageError(faults)
  const caFiles = caCert === undefined || caKey === undefined ? undefined : { cert: caCert, key: caKey }
  return {
    out,
    names: name,
    addresses: ip,
    days,
    caFiles,
    force: values.force === true,
    output: values.output === 'json' ? 'json' : 'text',
  }
}

async function makeCa(days: number, now: Date): Promise<IssuedCertificate> {
  return issueCertificate({ commonName: nameCa(now), ca: true, days: Math.max(caDays, days), now })
}

function readCa(files: { readonly cert: string; readonly key: string }, days: number, now: Date): IssuedCertificate {
  const ca = { cert: readInput(files.cert), key: readInput(files.key) }
  try {
    readIssuer(ca)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new InputError(`'${files.cert}' and '${files.key}' cannot sign: ${reason}`)
  }
  const validToDate = parseCertificate(ca.cert)?.validToDate
  if (validToDate === undefined)
    throw new InputError(`There is no certificate in '${files.cert}' that can be worked with`)
  const left = Math.floor((validToDate.getTime() - now.getTime()) / 86_400_000)
  if (left < days) {
    throw new InputError(
      `The CA in '${files.cert}' ends at ${validToDate.toISOString()}, before the certificate would; ${left < 1 ? 'make a new one' : `write --days ${left}`}`,
    )
  }
  return ca
}

function readInput(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new InputError(unreadable(file, error).message)
  }
}

function writeFiles({ out, force }: Order, files: Files): void {
  const changes = namesOf(files).filter((name) => !isSame(join(out, name), files[name]))
  const present = changes.map((name) => join(out, name)).filter((file) => existsSync(file))
  if (present.length > 0 && !force) {
    throw new InputError(
      `${present.map((file) => `'${file}'`).join(', ')} ${present.length === 1 ? 'is' : 'are'} there already; --force replaces what is there`,
    )
  }
  try {
    mkdirSync(out, { recursive: true })
    for (const name of changes) replaceFile(join(out, name), files[name] ?? '', modes[name])
  } catch (error) {
    throw new InputError(`Cannot write to '${out}': ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** A key must at no time lie there for others to read, nor half a file. */
function replaceFile(file: string, text: string, mode: number): void {
  const temporary = `${file}.${process.pid}.new`
  writeFileSync(temporary, text, { mode, flag: 'wx' })
  // Whatever the umask adds or takes.
  chmodSync(temporary, mode)
  renameSync(temporary, file)
}

function isSame(file: string, text: string | undefined): boolean {
  try {
    return readFileSync(file, 'utf8') === text
  } catch {
    return false
  }
}

function describe(order: Order, files: Files, ca: string, cert: string): string {
  const { out, names, addresses } = order
  const caBundle = Buffer.from(ca).toString('base64')
  const written = namesOf(files)
  if (order.output === 'json') {
    const paths = Object.fromEntries(written.map((name) => [name, join(out, name)]))
    return `${JSON.stringify({ files: paths, notAfter: endOf(cert), caNotAfter: endOf(ca), caBundle })}\n`
  }
  const meanings: Readonly<Record<FileName, string>> = {
    'ca.crt': `the CA, until ${endOf(ca)}`,
    'ca.key': 'its private key: whoever has it is trusted',
    'tls.crt': `the certificate for ${[...names, ...addresses].join(', ')}, until ${endOf(cert)}`,
    'tls.key': 'its private key',
  }
  return [
    'Wrote',
    ...alignColumns(written.map((name) => [printable(join(out, name)), meanings[name]])),
    '',
    'A webhook registration trusts it with',
    `  caBundle: ${caBundle}`,
    '',
  ].join('\n')
}

function endOf(cert: string): string {
  return new X509Certificate(cert).validToDate.toISOString()
}

function namesOf(files: Files): FileName[] {
  return (['ca.crt', 'ca.key', 'tls.crt', 'tls.key'] as const).filter((name) => files[name] !== undefined)
}
