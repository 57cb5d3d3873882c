/**
 * One message over one open connection, with a known answer to the question that matters after
 * a failure: can the server have taken it?
 *
 *   envelope -> body -> ending -> dot
 *
 * Until the final dot is written a server must discard what it got (RFC 5321 §4.1.1.4), so every
 * failure before it is safe to repeat. nodemailer reports a connection lost before and after the
 * dot alike, hence the phases: the body is a stream that ends, and so lets the dot out, only
 * when beforeDot() has made the attempt durable.
 */
import { isAscii } from 'node:buffer'
import { Readable } from 'node:stream'
import { messageOf } from '../errors.ts'
import { passing } from '../fault-points.ts'
import { parseAddress, type Address } from '../mail/address.ts'
import { parseReply, printable, refusalOf, type SmtpStage } from '../mail/smtp-reply.ts'
import { exchange, type SmtpConnection, type SmtpTimeouts } from './smtp-connection.ts'

export interface Envelope {
  /** '' is the null reverse-path. */
  mailFrom: string
  rcptTo: Address
}

export interface SubmissionHooks {
  /** Awaited before the final dot can be written; when it throws, nothing has been sent. */
  beforeDot(): Promise<void>
}

export type SubmissionResult =
  | { kind: 'sent'; reply: string }
  /** Safe to send again. `scope` says who else should wait. */
  | {
      kind: 'temporary'
      code: number | null
      reply: string
      scope: 'recipient' | 'message' | 'server'
      /** Nothing was said to the server: a person has to authorise us again. */
      needsReauth?: boolean
    }
  | { kind: 'permanent'; code: number; reply: string; badRecipient: boolean }
  /** The dot may have been taken: only a person or a search can tell. */
  | { kind: 'uncertain'; reply: string }

/** How far an attempt got. */
export type Phase = 'envelope' | 'body' | 'ending' | 'dot'

interface Attempt {
  phase: Phase
  /** Set with the outcome: from then on the dot must not go out. */
  over: boolean
  /** beforeDot() while it runs: its database write must be finished before we return. */
  ending: Promise<void> | null
  hookFailure: unknown
}

/** Bytes handed over at a time: small enough that little is in flight when the end is near. */
const CHUNK_BYTES = 32 * 1024
/** Slower than this a server is taken for hung, however steadily it drips. */
const BYTES_PER_SECOND_MIN = 5_000

/** How long a body of so many bytes may be under way, in milliseconds. */
export const bodyMsMax = (bytes: number): number => (bytes / BYTES_PER_SECOND_MIN) * 1_000

export async function submitOver(
  connection: SmtpConnection,
  envelope: Envelope,
  source: Buffer,
  hooks: SubmissionHooks,
  timeouts: SmtpTimeouts,
  signal: AbortSignal,
): Promise<{ result: SubmissionResult; phase: Phase }> {
  const refused = refuseBeforehand(connection, envelope, source)
  if (refused !== null) return { result: refused, phase: 'envelope' }

  await passing('smtp.envelope')
  const { client } = connection
  const attempt: Attempt = { phase: 'envelope', over: false, ending: null, hookFailure: null }
  const patience = new AbortController()
  const stop = AbortSignal.any([signal, patience.signal])
  const limit = (ms: number): NodeJS.Timeout =>
    setTimeout(() => patience.abort(new Error('the server is too slow')), ms)
  let timer = limit(3 * timeouts.commandMs + bodyMsMax(source.length))

  const onDot = (): void => {
    clearTimeout(timer)
    timer = limit(timeouts.afterDotMs)
    if (client._socket) client._socket.setTimeout(timeouts.afterDotMs)
  }
  const body = Readable.from(bodyOf(source, attempt, hooks, onDot), {
    objectMode: false,
    // One byte: ask for the next chunk, and at last for the end, only when all before are gone.
    highWaterMark: 1,
  })
  const onEnd = (): void => {
    attempt.over = true
  }
  client.once('end', onEnd)
  const outcome = await exchange<{ response: string }>(client, stop, (done) => {
    const wire = {
      from: parseAddress(envelope.mailFrom) ?? '',
      to: envelope.rcptTo,
      size: source.length,
      use8BitMime: !isAscii(source),
    }
    client.send(wire, body, (error, info) => {
      attempt.over = true
      done(error, info)
    })
  }).then(
    (info) => ({ raw: info?.response ?? '', error: null }),
    (error: unknown) => ({ raw: null, error }),
  )
  attempt.over = true
  client.off('end', onEnd)
  clearTimeout(timer)
  if (client._socket) client._socket.setTimeout(timeouts.commandMs)
  await attempt.ending?.catch(() => {})

  const result =
    outcome.raw === null ? failed(attempt, outcome.error) : answered(attempt.phase, outcome.raw)
  if (!(await isReusable(connection, attempt.phase, result, stop))) client.close()
  return { result, phase: attempt.phase }
}

/** What this server or SMTP itself would refuse anyway: said here, with numbers, before sending. */
function refuseBeforehand(
  { extensions }: SmtpConnection,
  { mailFrom, rcptTo }: Envelope,
  source: Buffer,
): SubmissionResult | null {
  const refuse = (reply: string, badRecipient = false): SubmissionResult => {
    return { kind: 'permanent', code: Number(reply.slice(0, 3)), reply, badRecipient }
  }
  if (parseAddress(rcptTo) !== rcptTo) return refuse('553 5.1.3 unusable recipient address', true)
  if (mailFrom !== '' && parseAddress(mailFrom) === null) {
    return refuse('553 5.1.7 unusable return path')
  }
  // RFC 6531 §3.5.
  if (!extensions.has('SMTPUTF8') && /\P{ASCII}/u.test(mailFrom + rcptTo)) {
    return refuse('553 5.6.7 the server cannot take a non-ASCII address (no SMTPUTF8)')
  }
  // RFC 1870: 0 or nothing means no fixed limit.
  const limit = Number(extensions.get('SIZE') ?? 0)
  if (limit > 0 && source.length > limit) {
    return refuse(
      `552 5.3.4 the message has ${source.length} bytes, the server takes at most ${limit}`,
    )
  }
  return null
}

async function* bodyOf(
  source: Buffer,
  attempt: Attempt,
  hooks: SubmissionHooks,
  onDot: () => void,
): AsyncGenerator<Buffer> {
  attempt.phase = 'body'
  await passing('smtp.body')
  for (let at = 0; at < source.length; at += CHUNK_BYTES) {
    yield source.subarray(at, at + CHUNK_BYTES)
    await passing('smtp.chunk')
  }
  attempt.phase = 'ending'
  attempt.ending = Promise.resolve().then(() => hooks.beforeDot())
  await attempt.ending.catch((error: unknown) => {
    attempt.hookFailure = error
    throw error
  })
  await passing('smtp.ending')
  // Whatever happened meanwhile, the dot has not been written yet; after this line it may be.
  if (attempt.over) throw new Error('the connection was lost before the final dot')
  attempt.phase = 'dot'
  onDot()
}

/** The server took the message, if it could have: a 2xx before the dot answers something else. */
function answered(phase: Phase, raw: string): SubmissionResult {
  const reply = parseReply(raw)
  const line = reply?.line ?? printable(raw)
  if (phase !== 'dot') {
    return {
      kind: 'temporary',
      code: null,
      reply: `answered before the message ended: ${line}`,
      scope: 'server',
    }
  }
  if (reply === null || reply.code >= 300) return { kind: 'uncertain', reply: line }
  return { kind: 'sent', reply: line }
}

function failed(attempt: Attempt, error: unknown): SubmissionResult {
  const { phase } = attempt
  if (attempt.hookFailure !== null) {
    const reply = `not sent: ${messageOf(attempt.hookFailure)}`
    return { kind: 'temporary', code: null, reply, scope: 'message' }
  }
  const { response, command } = error as { response?: unknown; command?: unknown }
  const reply = typeof response === 'string' ? parseReply(response) : null
  if (reply !== null && reply.code >= 400) {
    const refusal = refusalOf(reply, stageOf(phase, command))
    return { ...refusal, code: reply.code, reply: reply.line }
  }
  const line = printable(typeof response === 'string' ? response : messageOf(error))
  if (phase === 'dot') return { kind: 'uncertain', reply: line }
  return { kind: 'temporary', code: null, reply: line, scope: 'server' }
}

/** A refusal while the body still flows is the answer to the message, only earlier. */
function stageOf(phase: Phase, command: unknown): SmtpStage {
  if (phase !== 'envelope') return 'end'
  if (command === 'MAIL FROM') return 'mail'
  if (command === 'RCPT TO') return 'rcpt'
  return command === 'DATA' ? 'data' : 'session'
}

/** After a clear answer the connection serves the next message; after anything else it is closed. */
async function isReusable(
  { client }: SmtpConnection,
  phase: Phase,
  result: SubmissionResult,
  signal: AbortSignal,
): Promise<boolean> {
  if (client.destroyed || result.kind === 'uncertain') return false
  if (phase === 'dot') return true
  const refused = result.kind === 'permanent' || result.kind === 'temporary'
  if (phase !== 'envelope' || !refused || result.code === null) return false
  // MAIL may have been accepted and RCPT not: an open transaction would spoil the next MAIL.
  return exchange(client, signal, (done) => client.reset((error) => done(error))).then(
    () => true,
    () => false,
  )
}
