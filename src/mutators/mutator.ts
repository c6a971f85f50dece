/** The contract between a mutator and the engine: what a mutator is asked, what it adds. */
import type { ZodType } from 'zod'

import type { GuardInput, Json } from '../guards/guard.ts'

export const mutatorIds = ['default-listener-hostname', 'default-route-hostname'] as const
export type MutatorId = (typeof mutatorIds)[number]

/** A row of what a mutator looks at; registration and docs derive from it. */
export interface MutatorResource {
  readonly group: string
  readonly kind: string
  /** The plural, as in registration rules. */
  readonly resource: string
  readonly versions: readonly string[]
}

/** RFC 6902. A mutator fills gaps, so it only ever adds. */
export interface PatchOperation {
  readonly op: 'add'
  /** A JSON Pointer, RFC 6901. */
  readonly path: string
  readonly value: Json
}

/**
 * A rule that fills a gap in an object before the guards judge it. Pure, never overrules what the user wrote,
 * adds nothing on a second run, and returns for any JSON. DESIGN section 6.
 */
export interface Mutator<Settings> {
  readonly id: MutatorId
  readonly title: string
  /** What it looks at, on CREATE of the object itself; it leaves everything else alone. */
  readonly resources: readonly MutatorResource[]
  /** Its block of the configuration file. */
  readonly Settings: ZodType<Settings>
  /** No operations: nothing to fill. Asked in mode `enforce` only. */
  patch(input: GuardInput, settings: Settings): readonly PatchOperation[]
}
