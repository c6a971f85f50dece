import { findGaps, type CoverageInput } from '../coverage/find-gaps.ts'
import { ok, wrong, type Finding } from './doctor-finding.ts'

/** One line for each thing that is wrong, however many resources it is wrong for. */
export function examineRegistration(input: CoverageInput): readonly Finding[] {
  const gaps = [...Map.groupBy(findGaps(input), ({ text }) => text).values()]
  if (gaps.length > 0) {
    return gaps.flatMap((group) => {
      const [gap] = group
      if (gap === undefined) return []
      const others = group.length === 1 ? '' : ` (${group.map(({ resource }) => resource).join(', ')})`
      return [wrong('registration', `${gap.text}${others}`, gap.remedy)]
    })
  }
  const { guards, mutators, configurations } = input.installation
  const count = guards.length + mutators.length
  return [ok('registration', `${count} webhooks of ${configurations} cover every served version of what they judge`)]
}
