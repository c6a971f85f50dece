/** A request to the API server that got no good answer. */
export class KubeError extends Error {
  override readonly name = 'KubeError'
  /** 0: no answer at all. */
  readonly status: number
  /** As the API server calls it: `NotFound`, `AlreadyExists`, `Conflict`, `Forbidden`. */
  readonly reason: string
  /** What the API server says, for people; empty where it might quote what was sent. */
  readonly text: string

  constructor(request: string, answer: { readonly status: number; readonly reason: string; readonly text: string }) {
    const { status, reason, text } = answer
    const said = text === '' ? reason : text
    super(`${request}: ${status === 0 ? said : `${status} ${said}`}`.trimEnd())
    this.status = status
    this.reason = reason
    this.text = text
  }
}

/** Whether the API server says that there is no such object. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubeError && error.status === 404 && error.reason === 'NotFound'
}

/** Whether somebody else was faster: the object exists already, or is no longer the one that was read. */
export function isConflict(error: unknown): boolean {
  return error instanceof KubeError && error.status === 409
}

/** Whether we may not ask. */
export function isForbidden(error: unknown): boolean {
  return error instanceof KubeError && (error.status === 403 || error.status === 401)
}
