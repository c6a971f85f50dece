/** From the headers of a review to its answer. Every write to the API server may wait for this: keep it lean. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Admission, Call, Outcome } from '../admission/admission.ts'
import { maxBodyBytes } from '../admission/body-limit.ts'
import { createAnswerBatch } from './answer-batch.ts'
import type { Capacity, Place } from './capacity.ts'
import { createExpiry } from './expiry.ts'
import type { TrafficRecorder } from './ports.ts'
import { readBody } from './read-body.ts'
import { malformedReview, type Refusal, refusals, refuse } from './refusals.ts'
import { screenHeaders } from './screen.ts'
import type { Target } from './targets.ts'
import type { Traffic } from './traffic.ts'

/** A larger body takes long enough to judge that nothing which is ready waits for it. */
const maxBatchedBytes = 16 * 1024

/** Part of the timeout that is kept back for the way home (reference/admission-webhooks.md 1.9). */
const reserve = 0.1

export interface ReviewHandlerDeps {
  readonly admission: Admission
  readonly capacity: Capacity
  readonly recorder: TrafficRecorder
  readonly traffic: Traffic
  readonly now: () => number
}

export type ReviewHandler = (request: IncomingMessage, response: ServerResponse, target: Target) => void

/** A body is on its way when its headers arrive; whoever takes longer for it only holds a place. */
const maxReadMilliseconds = 2_000

/** Handles one review: screens the headers, reads the body within its limits, has it judged and answers. */
export function createReviewHandler(deps: ReviewHandlerDeps): ReviewHandler {
  const { admission, capacity, recorder, traffic, now } = deps
  const startExpiry = createExpiry(capacity.held, now)
  const answers = createAnswerBatch()

  return function handleReview(request, response, target) {
    const fault = screenHeaders(request.headers)
    if (fault !== undefined) return turnAway(request, response, fault)
    const declared = Number(request.headers['content-length'] ?? 0)
    if (declared > maxBodyBytes) return turnAway(request, response, refusals.tooLarge)
    // Booked as it arrives: ten idle requests that announce 7 MiB each would turn everybody else away.
    const place = capacity.admit(0)
    if (place === undefined) return turnAway(request, response, refusals.overload)
    takeIn(request, response, target, place)
  }

  function takeIn(
    request: IncomingMessage,
    response: ServerResponse,
    { endpoint, family, timeoutMilliseconds }: Target,
    place: Place,
  ): void {
    const deadline = now() + timeoutMilliseconds * (1 - reserve)
    let isReceived = false
    let isAnswered = false

    const stopReading = readBody(request, {
      maxBytes: maxBodyBytes,
      grow: (bytes) => capacity.grow(place, bytes),
      onBody,
      onRefusal: giveUp,
    })
    request.on('close', () => {
      if (!isReceived) capacity.leave(place)
    })
    place.expiresAt = Math.min(deadline, now() + maxReadMilliseconds)
    // Not assigned in one step: V8 puts a function literal assigned to a property into the old generation at once, and
    // that would keep request, response and body until the next full collection (a third of the time at 4 KB, 100 MB).
    const expire = () => giveUp(refusals.deadline)
    place.expire = expire
    startExpiry()

    function onBody(body: Buffer): void {
      isReceived = true
      place.expiresAt = deadline
      const isLarge = body.length > maxBatchedBytes
      if (isLarge) answers.flush()
      const enter = (namespace: string) => capacity.enter(place, namespace)
      const outcome = judge(body, { endpoint, family, deadline, enter })
      if (!(outcome instanceof Promise)) return isLarge ? conclude(outcome) : answers.add(() => conclude(outcome))
      // Admission answers by the deadline itself. Should it fail to, half of the reserve is left for saying so.
      place.expiresAt = deadline + (timeoutMilliseconds * reserve) / 2
      outcome.then(conclude, (error: unknown) => conclude(fail(error)))
    }

    function conclude(outcome: Outcome | undefined): void {
      capacity.leave(place)
      if (isAnswered || response.destroyed) return
      if (outcome?.kind === 'answered') answer(response, outcome.body)
      else turnAway(request, response, refusalOf(outcome))
    }

    function giveUp(refusal: Refusal): void {
      // What is being judged keeps its place until admission lets go of it.
      if (!isReceived) capacity.leave(place)
      isAnswered = true
      stopReading()
      turnAway(request, response, refusal)
    }
  }

  function judge(body: Buffer, call: Call): Outcome | Promise<Outcome> | undefined {
    try {
      return admission.answer(body, call)
    } catch (error) {
      return fail(error)
    }
  }

  function fail(error: unknown): undefined {
    recorder.fault('server', '', error)
  }

  function answer(response: ServerResponse, body: string): void {
    if (traffic.draining) response.shouldKeepAlive = false
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    // One string together with the head: one write, one TLS record.
    response.end(body)
  }

  function turnAway(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
    if (refusal.reason !== undefined) recorder.turnedAway(refusal.reason)
    if (traffic.draining) response.shouldKeepAlive = false
    refuse(request, response, refusal)
  }
}

/** Undefined: admission failed, against its contract. */
function refusalOf(outcome: Exclude<Outcome, { kind: 'answered' }> | undefined): Refusal {
  if (outcome === undefined) return refusals.internal
  return outcome.kind === 'overload' ? refusals.overload : malformedReview(outcome.reason)
}
