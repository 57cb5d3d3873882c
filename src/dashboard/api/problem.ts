/** A refusal or failure of the API (RFC 9457), or of the way to it, as an error to be shown. */

export interface FieldProblem {
  readonly pointer: string
  readonly message: string
}

export class Problem extends Error {
  override readonly name = 'Problem'
  /** HTTP status; 0: the daemon could not be reached. */
  readonly status: number
  readonly code: string
  readonly fields: readonly FieldProblem[]
  /** With 412: what is there now. */
  readonly current: unknown
  /** With `already-taken`: who is in charge. */
  readonly assignee: string | null
  readonly retryAfterS: number | null
  readonly requestId: string | null

  constructor(status: number, body: Readonly<Record<string, unknown>>, headers?: Headers) {
    super(typeof body['detail'] === 'string' ? body['detail'] : 'Something went wrong.')
    this.status = status
    this.code = typeof body['code'] === 'string' ? body['code'] : 'unknown'
    this.fields = Array.isArray(body['errors']) ? (body['errors'] as FieldProblem[]) : []
    this.current = body['current']
    this.assignee = (body['assignee'] as { name?: string } | undefined)?.name ?? null
    const after = Number(headers?.get('retry-after') ?? Number.NaN)
    this.retryAfterS = Number.isFinite(after) ? after : null
    this.requestId = headers?.get('x-request-id') ?? null
  }

  /** What to tell a person, with the seconds to wait where there are any. */
  get sentence(): string {
    if (this.status === 429 && this.retryAfterS !== null) {
      return `Too many attempts. Try again in ${this.retryAfterS} s.`
    }
    return this.message
  }

  /** The message of one member of the body, e.g. `password`; null: it is not to blame. */
  of(member: string): string | null {
    const found = this.fields.find(({ pointer }) => pointer === `/${member}`)
    return found === undefined ? null : sentenceOf(found.message)
  }
}

const sentenceOf = (message: string): string =>
  `${message.charAt(0).toUpperCase()}${message.slice(1)}`.replace(/([^.!?])$/, '$1.')

export const unreachable = (): Problem =>
  new Problem(0, { code: 'unreachable', detail: 'The desk cannot be reached at the moment.' })

/** Whatever was thrown, as a problem. */
export const asProblem = (thrown: unknown): Problem =>
  thrown instanceof Problem
    ? thrown
    : new Problem(0, { code: 'unexpected', detail: thrown instanceof Error ? thrown.message : '' })
