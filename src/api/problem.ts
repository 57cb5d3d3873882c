/**
 * Refusals and failures as RFC 9457 problem documents: the one place that knows which error is
 * which HTTP status.
 */
import { z } from 'zod'
import { AppError, type FieldError, type Refusal } from '../errors.ts'
import { isDatabaseDown, Overtaken } from '../store/database-errors.ts'

const STATUS: Readonly<Record<Refusal, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  invalid: 422,
}

/** Seconds after which a client may try again when the database is out of reach. */
const RETRY_AFTER_S = 5

/** A refusal that only HTTP knows: 405, 412, 413, 415. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    status: number,
    code: string,
    sentence: string,
    more: {
      headers?: Readonly<Record<string, string>>
      details?: Readonly<Record<string, unknown>>
    } = {},
  ) {
    super(sentence)
    this.status = status
    this.code = code
    this.headers = more.headers ?? {}
    this.details = more.details ?? {}
  }
}

/** RFC 9457 §3.1; some codes bring further members, e.g. `accepted`. */
export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    instance: z.string(),
    errors: z
      .array(
        z.strictObject({
          /** RFC 6901, into the body. */
          pointer: z.string().optional(),
          /** The name of one in the query, or of a header. */
          parameter: z.string().optional(),
          code: z.string(),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' })

export interface Problem {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: z.input<typeof Problem>
  /** Ours, not the caller's: worth an operator's attention. */
  readonly isFailure: boolean
}

/** What a caller is told about anything that was thrown. */
export function problemOf(thrown: unknown, requestId: string): Problem {
  const known = describe(thrown)
  return {
    status: known.status,
    headers: known.headers ?? {},
    body: {
      type: `urn:postroom:problem:${known.code}`,
      title: titleOf(known.code),
      status: known.status,
      detail: known.detail,
      code: known.code,
      ...known.details,
      instance: `urn:request:${requestId}`,
    },
    isFailure: known.status >= 500,
  }
}

interface Described {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

function describe(thrown: unknown): Described {
  if (thrown instanceof HttpError) {
    const { status, code, message, details, headers } = thrown
    return { status, code, detail: message, details, headers }
  }
  if (thrown instanceof AppError) {
    const { kind, code, message, details } = thrown
    const headers = kind === 'unauthenticated' ? { 'WWW-Authenticate': CHALLENGE } : {}
    return { status: STATUS[kind], code, detail: message, details, headers }
  }
  if (thrown instanceof z.ZodError) return describe(invalidBody(thrown))
  if (thrown instanceof Overtaken) {
    return {
      status: 409,
      code: 'overtaken',
      detail: 'Somebody else changed this at the same time. Look again, then repeat the request.',
    }
  }
  if (isDatabaseDown(thrown)) {
    return {
      status: 503,
      code: 'database-unavailable',
      detail: 'The database cannot be used at the moment. Nothing was changed.',
      headers: { 'Retry-After': String(RETRY_AFTER_S) },
    }
  }
  return { status: 500, code: 'internal', detail: 'Something went wrong on our side.' }
}

const CHALLENGE = 'Bearer realm="Postroom"'

/** `ticket-closed` -> `Ticket closed`. */
function titleOf(code: string): string {
  const words = code.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** 422: members of a body that are wrong, all of them at once. */
export function invalidBody(error: z.ZodError): AppError {
  return invalidMembers(fieldErrorsOf(error))
}

export function invalidMembers(errors: readonly FieldError[]): AppError {
  const places = errors.map(({ pointer, message }) => `${pointer || 'the body'} ${message}`)
  return new AppError('invalid', 'validation-failed', `${places.join('; ')}.`, { errors })
}

/** 400: query parameters that are not known, or have values that mean nothing. */
export function invalidQuery(error: z.ZodError): AppError {
  const errors = fieldErrorsOf(error).map(({ pointer, code, message }) => ({
    parameter: pointer.slice(1),
    code,
    message,
  }))
  const said = errors.map(({ parameter, message }) => `${parameter} ${message}`).join('; ')
  return new AppError('malformed', 'invalid-parameter', `${said}.`, { errors })
}

/** 400: one parameter or header that means nothing. */
export const invalidParameter = (parameter: string, message: string): AppError =>
  new AppError('malformed', 'invalid-parameter', `${parameter} ${message}.`, {
    errors: [{ parameter, code: 'invalid_value', message }],
  })

function fieldErrorsOf(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        pointer: pointerOf([...issue.path, key]),
        code: 'unknown_member',
        message: 'is not known here',
      }))
    }
    const pointer = pointerOf(issue.path)
    if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
      return [{ pointer, code: 'required', message: 'is required' }]
    }
    const given: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined
    return [
      {
        pointer,
        code: typeof given === 'string' ? given : issue.code,
        message: issue.message.replace(/^Invalid (?:input|option): /, 'is wrong: '),
      },
    ]
  })
}

/** RFC 6901; member names are cut, they may be long. */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => String(part).slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1'))
    .map((part) => `/${part}`)
    .join('')
