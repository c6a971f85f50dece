import { parseArgs } from 'node:util'

import { scenarios } from './scenarios.ts'

export interface Options {
  /** Rounds of every scenario on each server, and seconds of each. */
  readonly rounds: number
  readonly seconds: number
  /** Which parts to run, by id. */
  readonly parts: readonly string[]
  /** The baseline in the place of Gatehouse: how far its ratio is from 1 is the noise of the machine. */
  readonly calibrate: boolean
  /** Folder for a CPU profile of Gatehouse in every scenario; figures taken along with one are too low. */
  readonly profile: string | undefined
}

/** Everything that can be asked for: the scenarios under load, and what is measured without a load. */
const partIds: readonly string[] = [...scenarios.map(({ id }) => id), 'start-up', 'apex-index', 'check']

const help = `npm run bench -- [--rounds N] [--seconds N] [--scenario ID]... [--quick] [--calibrate] [--profile FOLDER]

  --rounds N        rounds of each scenario on each server, in turn (5)
  --seconds N       length of a round (4)
  --scenario ID     only this one, several times for several: ${partIds.join(', ')}
  --quick           one round of a second: shows that everything runs, says nothing of speed
  --calibrate       the baseline against itself: how far from 1 the ratios are is the noise of the machine
  --profile FOLDER  write a CPU profile of gatehouse for each scenario; read it with node bench/profile.ts`

/** Reads the command line; ends the process after help or bad usage. */
export function readOptions(argv: readonly string[]): Options {
  const values = parse(argv)
  const parts = values.scenario ?? partIds
  const unknown = parts.filter((id) => !partIds.includes(id))
  const rounds = values.quick ? 1 : Number(values.rounds)
  const seconds = values.quick ? 1 : Number(values.seconds)
  if (values.help || unknown.length > 0 || !(rounds >= 1) || !(seconds > 0)) {
    console.error(unknown.length > 0 ? `There is no scenario ${unknown.join(', ')}.\n\n${help}` : help)
    process.exit(values.help ? 0 : 2)
  }
  return { rounds, seconds, parts, calibrate: values.calibrate, profile: values.profile }
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { ...text, default: '5' },
      seconds: { ...text, default: '4' },
      scenario: { ...text, multiple: true },
      profile: text,
      quick: flag,
      calibrate: flag,
      help: flag,
    },
  })
  return values
}
