/** What `doctor` found: one line each, and what to do about it. */
export const doctorChecks = [
  'configuration',
  'registration',
  'certificates',
  'controller',
  'facts',
  'reachability',
] as const
export type DoctorCheck = (typeof doctorChecks)[number]

export interface Finding {
  readonly check: DoctorCheck
  /** `untried`: it could not be looked at from here, which says nothing about how it is. */
  readonly status: 'ok' | 'wrong' | 'untried'
  readonly text: string
  readonly remedy?: string
}

export function ok(check: DoctorCheck, text: string): Finding {
  return { check, status: 'ok', text }
}

export function wrong(check: DoctorCheck, text: string, remedy: string): Finding {
  return { check, status: 'wrong', text, remedy }
}

export function untried(check: DoctorCheck, text: string, remedy: string): Finding {
  return { check, status: 'untried', text, remedy }
}
