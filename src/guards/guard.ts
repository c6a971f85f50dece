/** The contract between a guard and the engine: what a guard is asked, what it answers. */
import type { Apexes } from '../tenancy/apexes.ts'
import type { Settings } from '../tenancy/settings.ts'
import type { Namespace, Tenancy } from '../tenancy/tenancy.ts'
import type { Caller } from '../tenancy/trust.ts'
import type { GuardId } from './resources.ts'

/** JSON as it came in: any shape, own properties only. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

export interface GuardInput {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  /** Empty for the object itself. */
  readonly subResource: string
  /** Empty for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
  /** The new object; null on DELETE. */
  readonly object: Json
  /** The stored object; null on CREATE. */
  readonly oldObject: Json
  readonly caller: Caller
  readonly facts: Facts
}

/** What is known of the cluster at this moment. A guard never waits: everything is gathered beforehand. */
export interface Facts {
  /** Of the namespace that the request names. */
  readonly tenancy: Tenancy
  readonly apexes: Apexes
  /** A Namespace by name; undefined where nobody knows it. */
  namespace(name: string): Namespace | undefined
}

export type ViolationType = 'Forbidden' | 'Invalid' | 'Required' | 'Duplicate' | 'NotSupported'

export interface Violation {
  /** `spec.hostnames[1]` */
  readonly field: string
  readonly type: ViolationType
  /** A malformed value is 422, anything else 403. */
  readonly malformed: boolean
  /** Printed after the type, quoted and cut, for `Invalid`, `NotSupported` and `Duplicate`; anything JSON. */
  readonly value?: Json | undefined
  /** The sentence for the caller: what is allowed first, then what to do. For `Forbidden` it carries the value. */
  readonly detail: string
  /** `route-hostname/outside-apex`: stable, for tests, metrics and docs; its last part is a key of `origins`. */
  readonly origin: string
  /**
   * What makes two violations the same for the ratchet: the kind of field and the exact value. Without it
   * the ratchet never excuses the violation.
   */
  readonly ratchetKey?: string | undefined
  /** The guard itself found that the stored object has this violation already: excused by the ratchet. */
  readonly stored?: boolean | undefined
  /** What a warning says where the ratchet excuses it: value and fact, about 100 characters. */
  readonly kept?: string | undefined
}

/** Something the caller should know of an object that is allowed. */
export interface Advice {
  readonly field: string
  /** One printable line of about 120 characters, value included. */
  readonly text: string
}

export interface Verdict {
  readonly violations: readonly Violation[]
  readonly advice: readonly Advice[]
}

/** A rule that says no and why. Pure: same input, same verdict, whatever JSON the objects are. */
export interface Guard {
  readonly id: GuardId
  readonly title: string
  /** Every origin the guard can report, without the guard id in front, and what it means. */
  readonly origins: Readonly<Record<string, string>>
  /** Whether the guard takes part in this request; asked after the resource has matched. Needs no facts. */
  concerns(input: Omit<GuardInput, 'facts'>, settings: Settings): boolean
  /** The namespaces whose facts `check` will ask for, beside the ownership index. */
  namespaces(input: Omit<GuardInput, 'facts'>, settings: Settings): readonly string[]
  /** Everything of an object that `check` reads; an update under deletion that leaves it alone is allowed. */
  reads(object: Json, settings: Settings): readonly (Json | undefined)[]
  /**
   * Whether the engine may excuse violations that the stored object has too, compared by `ratchetKey`.
   * A function is asked whether the update leaves the object attached where it was.
   */
  readonly ratchet: boolean | ((input: Pick<GuardInput, 'object' | 'oldObject' | 'namespace'>) => boolean)
  check(input: GuardInput, settings: Settings): Verdict
}
