/**
 * Errors with a meaning, for every part of the program.
 *
 * Three kinds, three answers. AppError: a refusal with a sentence for the caller, mapped once to
 * HTTP (api/problem.ts) and once to exit codes (main.ts). The world is down (network, busy
 * database): handled where the retry is. Everything else is a bug and climbs.
 */

/** What a refusal is about; `code` is the contract's word for it, e.g. `ticket-closed`. */
export type Refusal =
  | 'invalid' // the input is wrong: HTTP 422
  | 'malformed' // the request itself cannot be read: HTTP 400
  | 'unauthenticated' // 401
  | 'forbidden' // 403
  | 'not_found' // 404
  | 'conflict' // the state does not allow it: 409

export interface FieldError {
  /** JSON pointer of the member (`/status`), or the name of a query parameter. */
  pointer: string
  code: string
  message: string
}

export class AppError extends Error {
  override readonly name = 'AppError'
  readonly kind: Refusal
  readonly code: string
  /** Further members of the problem document, e.g. `accepted` of `unknown-status`. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    kind: Refusal,
    code: string,
    sentence: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(sentence, options)
    this.kind = kind
    this.code = code
    this.details = details
  }
}

/** Exit codes of the command line (sysexits.h). */
export const EXIT = { failure: 1, usage: 2, unavailable: 69, config: 78 } as const

/** An error for the person at the terminal: one paragraph saying what, where and how to fix it. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError'
  readonly exitCode: number

  constructor(exitCode: number, paragraph: string, options?: ErrorOptions) {
    super(paragraph, options)
    this.exitCode = exitCode
  }
}

/** The end of an exhaustive switch: a new variant without a case does not compile. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
