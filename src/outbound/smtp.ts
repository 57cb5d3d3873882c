/**
 * Outbound step 10: one SMTP submission. nodemailer's only door, with mime.ts and smtp-*.ts.
 *
 * A lane is one connection used for one message after the other: kept while there is work,
 * closed when idle, and replaced when the server has closed it meanwhile.
 */
import {
  assertPrivate,
  openConnection,
  SMTP_TIMEOUTS,
  type SmtpConnection,
  SmtpProblem,
  type SmtpSettings,
  type SmtpTimeouts,
} from './smtp-connection.ts'
import {
  type Envelope,
  type Phase,
  type SubmissionHooks,
  type SubmissionResult,
  submitOver,
} from './smtp-submission.ts'

export interface SmtpLane {
  /** One message at a time. Never throws for what a server does. */
  submit(
    envelope: Envelope,
    source: Buffer,
    hooks: SubmissionHooks,
    signal: AbortSignal,
  ): Promise<SubmissionResult>
  close(): Promise<void>
}

export function openLane(settings: SmtpSettings, timeouts = SMTP_TIMEOUTS): SmtpLane {
  assertPrivate(settings)
  return new Lane(settings, timeouts)
}

/** For `postroom check`: connects, secures and logs in once. Throws SmtpProblem. */
export async function verifySmtp(settings: SmtpSettings, timeouts = SMTP_TIMEOUTS): Promise<void> {
  const connection = await openConnection(settings, timeouts, new AbortController().signal)
  await quit(connection)
}

class Lane implements SmtpLane {
  readonly #settings: SmtpSettings
  readonly #timeouts: SmtpTimeouts
  #connection: SmtpConnection | null = null
  #idle: NodeJS.Timeout | null = null
  #busy = false

  constructor(settings: SmtpSettings, timeouts: SmtpTimeouts) {
    this.#settings = settings
    this.#timeouts = timeouts
  }

  async submit(
    envelope: Envelope,
    source: Buffer,
    hooks: SubmissionHooks,
    signal: AbortSignal,
  ): Promise<SubmissionResult> {
    if (this.#busy) throw new Error('a lane takes one message at a time')
    this.#busy = true
    const kept = this.#takeKept()
    try {
      const attempt = (connection: SmtpConnection) =>
        submitOver(connection, envelope, source, hooks, this.#timeouts, signal)

      if (kept !== null) {
        const { result, phase } = await attempt(kept)
        this.#keep(kept)
        if (!wasStale(phase, result) || signal.aborted) return result
      }
      const fresh = await openConnection(this.#settings, this.#timeouts, signal)
      const { result } = await attempt(fresh)
      this.#keep(fresh)
      return result
    } catch (error) {
      if (!(error instanceof SmtpProblem)) throw error
      return {
        kind: 'temporary',
        code: error.code,
        reply: error.message,
        scope: 'server',
        needsReauth: error.problem === 'needs_reauth',
      }
    } finally {
      this.#busy = false
    }
  }

  async close(): Promise<void> {
    const kept = this.#takeKept()
    if (kept !== null) await quit(kept)
  }

  #takeKept(): SmtpConnection | null {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = null
    const kept = this.#connection
    this.#connection = null
    // A server that closed while nothing was going on is noticed here.
    return kept?.client.destroyed === false ? kept : null
  }

  #keep(connection: SmtpConnection): void {
    if (connection.client.destroyed) return
    this.#connection = connection
    this.#idle = setTimeout(() => void this.close(), this.#timeouts.idleMs).unref()
  }
}

/**
 * A kept connection that turns out to be dead or closing before the message began says nothing
 * about the server: the message gets a fresh one.
 */
function wasStale(phase: Phase, result: SubmissionResult): boolean {
  if (phase !== 'envelope' || result.kind !== 'temporary') return false
  return result.code === null || result.code === 421
}

/** A polite end; a server that does not answer QUIT is left without one. */
const QUIT_MS = 2_000

function quit({ client }: SmtpConnection): Promise<void> {
  if (client.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => client.close(), QUIT_MS)
    client.once('end', () => {
      clearTimeout(timer)
      resolve()
    })
    client.quit()
  })
}

export { SMTP_TIMEOUTS, SmtpProblem } from './smtp-connection.ts'
export type { SmtpSettings, SmtpTimeouts } from './smtp-connection.ts'
export type { Envelope, SubmissionHooks, SubmissionResult } from './smtp-submission.ts'
