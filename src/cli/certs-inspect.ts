/** `gatehouse certs inspect`: what certificates and keys are, and what is wrong with them. */
import { isName } from '../hostnames/name.ts'
import { isIP } from 'node:net'
import { showValue } from '../config/show-value.ts'
import { type CertificateReport, type Inspection, inspectMaterials, type KeyReport } from '../tls/inspect.ts'
import { readArguments } from './arguments.ts'
import { readMaterials } from './certs-files.ts'
import { alignColumns } from './columns.ts'
import { printable } from './printable.ts'
import type { Terminal } from './terminal.ts'
import { UsageError, type Usage } from './usage.ts'

export const inspectOptions = {
  name: {
    type: 'string',
    value: 'NAME',
    multiple: true,
    help: 'issue: a DNS name for the certificate; inspect: a name or address that it must cover',
  },
  output: { type: 'string', short: 'o', choices: ['text', 'json'], help: 'for people or for machines' },
} as const satisfies Usage['options']

const operands = { name: 'FILE', most: Infinity, help: '' }
const somethingWrong = 1

/** Looks at the files and says what they are; exit code 1 where something is wrong. */
export async function runInspect(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, operands: files, faults } = readArguments(argv, { synopsis: [], operands, options: inspectOptions })
  const { name = [], output = 'text' } = values
  if (files.length === 0) faults.push('FILE is required')
  for (const each of name) {
    if (!isName(each) && isIP(each) === 0)
      faults.push(`--name must be a DNS name or an IP address, not ${showValue(each)}`)
  }
  if (faults.length > 0) throw new UsageError(faults)
  const materials = await readMaterials(files, terminal.input)
  const inspection = inspectMaterials(materials, { at: new Date(), requiredNames: name })
  const count = countFaults(inspection)
  await terminal.print(
    output === 'json'
      ? `${JSON.stringify({ ok: count === 0, ...inspection })}\n`
      : renderInspection(inspection, count, terminal.paint),
  )
  return count === 0 ? 0 : somethingWrong
}

function countFaults({ certificates, keys, faults }: Inspection): number {
  return [...certificates, ...keys].reduce((count, each) => count + each.faults.length, faults.length)
}

function renderInspection(inspection: Inspection, count: number, paint: Terminal['paint']): string {
  const { certificates, keys, faults } = inspection
  const sections = [
    ...certificates.map((each) => renderSection(each, `${each.role} ${each.subject}`, rowsOfCertificate(each), paint)),
    ...keys.map((each) => renderSection(each, `private key, ${each.key}`, rowsOfKey(each), paint)),
    ...(faults.length === 0 ? [] : [faults.map((fault) => `${paint('bad', 'wrong')}: ${printable(fault)}\n`).join('')]),
  ]
  const what = `${numberOf(certificates.length, 'certificate')}, ${numberOf(keys.length, 'key')}`
  const verdict =
    count === 0 ? paint('good', `${what}: nothing wrong`) : paint('bad', `${what}: ${numberOf(count, 'fault')}`)
  return `${sections.join('\n')}\n${verdict}\n`
}

function renderSection(
  { place, faults }: CertificateReport | KeyReport,
  title: string,
  rows: readonly (readonly string[])[],
  paint: Terminal['paint'],
): string {
  return [
    `${printable(place)}: ${paint('strong', printable(title))}`,
    ...alignColumns(rows.map((row) => row.map(printable))),
    ...faults.map((fault) => `  ${paint('bad', 'wrong')}: ${printable(fault)}`),
    '',
  ].join('\n')
}

function rowsOfCertificate(report: CertificateReport): string[][] {
  const { role, names, issuer, serial, notBefore, notAfter, daysLeft, key, keyPlace, chain } = report
  const left = daysLeft < 0 ? '' : ` (${numberOf(daysLeft, 'day')} left)`
  const isSelfSigned = chain?.length === 1
  return [
    ...(role === 'CA' && names.length === 0 ? [] : [['names', names.length === 0 ? 'none' : names.join(', ')]]),
    ['issuer', issuer],
    ['serial', serial],
    ['valid', `${notBefore.toISOString()} to ${notAfter.toISOString()}${left}`],
    ['key', `${key}; ${keyPlace === undefined ? 'the private key is not here' : `private key in ${keyPlace}`}`],
    ['chain', isSelfSigned ? 'signed by itself' : (chain?.join(' < ') ?? 'not verified: its CA is not here')],
  ]
}

function rowsOfKey({ belongsTo }: KeyReport): string[][] {
  return belongsTo.length === 0 ? [] : [['belongs to', belongsTo.join('; ')]]
}

function numberOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
