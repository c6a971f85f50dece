/** A place in the configuration: keys and positions in lists, from the root. */
export type Path = readonly (string | number)[]

/** One thing that is wrong with a configuration file. */
export interface Fault {
  /** `guards.route-hostname.mode`, `line 3, column 5`, or empty for the whole file. */
  readonly where: string
  readonly text: string
}

/** How the attempt to use a file ended; the label values of `gatehouse_config_reloads_total` beside `success`. */
export type Rejection = 'invalid' | 'restart_needed'

/** More faults than this are counted in the message, not listed: the first ones explain the rest. */
const maxListed = 100

/** Why a configuration file is not used: every fault in it, in order, and a message ready for the terminal. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly file: string
  readonly faults: readonly Fault[]
  readonly rejection: Rejection

  constructor(file: string, faults: readonly Fault[], rejection: Rejection = 'invalid') {
    super(composeMessage(file, faults))
    this.file = file
    this.faults = faults
    this.rejection = rejection
  }
}

function composeMessage(file: string, faults: readonly Fault[]): string {
  const lines = faults
    .slice(0, maxListed)
    .map((fault) => `- ${fault.where === '' ? '' : `${fault.where}: `}${fault.text}`)
  if (faults.length > maxListed) lines.push(`- and ${faults.length - maxListed} more`)
  return [`${file}: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}:`, ...lines].join('\n')
}
