/** What the server asks of admission: a body in, a body out. */

export interface Call {
  readonly endpoint: 'validate' | 'mutate'
  /** Guard or mutator id behind `/validate/` or `/mutate/`; undefined for the bare path. */
  readonly family: string | undefined
  /** Milliseconds of `performance.now()` by which the answer must be on its way. */
  readonly deadline: number
  /**
   * Asked once the namespace of the review is known and before anything is waited for. False means that this
   * namespace holds more than its share of places: the answer is `overload`.
   */
  enter(namespace: string): boolean
}

export type Outcome =
  /** An AdmissionReview to send with HTTP 200. */
  | { readonly kind: 'answered'; readonly body: string }
  /** No review that could be answered: HTTP 400 with this fixed text. */
  | { readonly kind: 'malformed'; readonly reason: string }
  /** HTTP 503. */
  | { readonly kind: 'overload' }

export interface Admission {
  /** Answers one request body. Never throws, never rejects. */
  answer(body: Buffer, call: Call): Outcome | Promise<Outcome>
}
