/** What a command tells of itself: the same data checks its arguments and renders its help. */
export interface OptionUsage {
  /** As `node:util.parseArgs` names them: a boolean takes no value. */
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: boolean
  readonly required?: true
  /** The values it takes; any other is refused. */
  readonly choices?: readonly string[]
  /** How help calls the value: `FILE`. */
  readonly value?: string
  readonly help: string
}

export interface OperandUsage {
  readonly name: string
  readonly most: number
  readonly help: string
}

export interface Usage {
  /** What stands behind `gatehouse COMMAND`, one way to call it a line. */
  readonly synopsis: readonly string[]
  readonly operands?: OperandUsage
  readonly options: Readonly<Record<string, OptionUsage>>
  /** Paragraphs below the options. */
  readonly notes?: readonly string[]
}

/** Wrong use of a command line: every fault of it, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.faults = faults
  }
}

/** Input that cannot be used: exit code 2, the message is all that the caller is told. */
export class InputError extends Error {
  override readonly name = 'InputError'
}
