/**
 * One logged-in SMTP connection, or a clear reason why there is none.
 *
 * TLS is verified, always, and never falls back to plain text. We dial ourselves, so that names
 * resolve as for every other program on the machine (nodemailer asks DNS first) and connecting
 * has its own time limit. Messages are bytes we hold: nothing here opens a file or a URL.
 */
import { connect, type Socket } from 'node:net'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { messageOf } from '../errors.ts'
import { passing } from '../fault-points.ts'
import { extensionsOf, parseReply, printable } from '../mail/smtp-reply.ts'
import { type AccessTokens, OauthProblem } from '../oauth.ts'
import { TOKEN_LOGINS, tokenMethod } from './smtp-token-login.ts'

export interface SmtpSettings {
  host: string
  port: number
  tls: 'implicit' | 'starttls' | 'none'
  user: string | null
  password: string | null
  /** In place of a password (RFC 7628). */
  tokens?: AccessTokens | null
  /** PEM of the CA to trust instead of the system's. */
  ca: string | null
  /** The name we greet with (EHLO). */
  name: string
  /** Plain text outside loopback is a decision somebody has to write down. */
  insecureAllowed: boolean
}

/** RFC 5321 §4.5.3.2, shortened where a submission server next door has no excuse. */
export interface SmtpTimeouts {
  connectMs: number
  greetingMs: number
  /** Silence after a command, and while the body is taken. */
  commandMs: number
  /** After the final dot. Long: giving up early makes duplicates (RFC 5321 §4.5.3.2.6). */
  afterDotMs: number
  /** An unused connection is closed. */
  idleMs: number
}

export const SMTP_TIMEOUTS: SmtpTimeouts = {
  connectMs: 30_000,
  greetingMs: 30_000,
  commandMs: 60_000,
  afterDotMs: 600_000,
  idleMs: 30_000,
}

/** What stands in the way of a connection, in words an operator can act on. */
export class SmtpProblem extends Error {
  override readonly name = 'SmtpProblem'
  readonly problem:
    | 'settings'
    | 'unreachable'
    | 'silent'
    | 'tls'
    | 'refused'
    | 'login'
    | 'needs_reauth'
    | 'stopped'
  /** The server's reply code, when it was the server who said no. */
  readonly code: number | null

  constructor(
    problem: SmtpProblem['problem'],
    sentence: string,
    options: ErrorOptions & { code?: number | null } = {},
  ) {
    super(sentence, options)
    this.problem = problem
    this.code = options.code ?? null
  }
}

export interface SmtpConnection {
  readonly client: SMTPConnection
  /** What the server offers, upper-case keyword to parameters. */
  readonly extensions: ReadonlyMap<string, string>
}

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/i

/** Throws unless these settings keep the password and the mail private. */
export function assertPrivate(settings: SmtpSettings): void {
  if (settings.tls !== 'none' || settings.insecureAllowed || LOOPBACK.test(settings.host)) return
  throw new SmtpProblem(
    'settings',
    `Refusing to talk to ${settings.host} in plain text: tls: none is for loopback only. ` +
      'Use tls: starttls or implicit, or set allow_insecure: true.',
  )
}

/** Connects, secures and logs in. Throws SmtpProblem. */
export async function openConnection(
  settings: SmtpSettings,
  timeouts: SmtpTimeouts,
  signal: AbortSignal,
): Promise<SmtpConnection> {
  assertPrivate(settings)
  const token = await tokenFor(settings)
  await passing('smtp.connecting')
  const socket = await dial(settings, timeouts, signal)
  const client = new SMTPConnection({
    host: settings.host,
    port: settings.port,
    connection: socket,
    secure: settings.tls === 'implicit',
    requireTLS: settings.tls === 'starttls',
    ignoreTLS: settings.tls === 'none',
    name: settings.name,
    greetingTimeout: timeouts.greetingMs,
    connectionTimeout: timeouts.greetingMs + timeouts.commandMs,
    socketTimeout: timeouts.commandMs,
    ...(token === null ? {} : { customAuth: TOKEN_LOGINS }),
    // Destroy at once: what was not acknowledged must not trickle out of a buffer.
    socketCloseTimeout: 0,
    tls: {
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(settings.ca === null ? {} : { ca: settings.ca }),
    },
  })
  // An EventEmitter's error without a listener ends the process. Whoever waits hears it as well.
  client.on('error', () => {})

  // A server that trickles bytes never falls silent: the whole opening has an end too.
  const patience = AbortSignal.timeout(timeouts.greetingMs + 4 * timeouts.commandMs)
  const stop = AbortSignal.any([signal, patience])
  try {
    await exchange(client, stop, (done) => client.connect((error) => done(error ?? null)))
    const extensions = extensionsOf(client.lastServerResponse || '')
    await login(client, { ...settings, token, offered: extensions.get('AUTH') ?? '' }, stop)
    return { client, extensions }
  } catch (error) {
    client.close()
    if (signal.aborted) throw new SmtpProblem('stopped', 'stopped while connecting')
    const problem = problemOf(error, settings)
    if (token !== null && problem.problem === 'login') settings.tokens?.refused(token)
    throw problem
  }
}

function dial(
  { host, port }: SmtpSettings,
  { connectMs }: SmtpTimeouts,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    const fail = (problem: SmtpProblem): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.destroy()
      reject(problem)
    }
    const onAbort = (): void => fail(new SmtpProblem('stopped', 'stopped while connecting'))
    const timer = setTimeout(() => {
      const sentence = `${host}:${port} did not answer within ${connectMs / 1000} s`
      fail(new SmtpProblem('unreachable', sentence))
    }, connectMs)
    signal.addEventListener('abort', onAbort)
    // Stays attached for the socket's whole life: an error nobody listens to ends the process.
    socket.on('error', (cause) => {
      const sentence = `cannot connect to ${host}:${port}: ${messageOf(cause)}. Check smtp.host and smtp.port.`
      fail(new SmtpProblem('unreachable', sentence, { cause }))
    })
    socket.once('connect', () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      resolve(socket)
    })
    if (signal.aborted) onAbort()
  })
}

/** Before anything is said to the server: without one there is nothing to say. */
async function tokenFor({ tokens = null }: SmtpSettings): Promise<string | null> {
  if (tokens === null) return null
  try {
    return await tokens.current()
  } catch (cause) {
    if (!(cause instanceof OauthProblem)) throw cause
    const kind = cause.problem === 'needs_reauth' ? 'needs_reauth' : 'unreachable'
    throw new SmtpProblem(kind, cause.message, { cause })
  }
}

async function login(
  client: SMTPConnection,
  settings: SmtpSettings & { token: string | null; offered: string },
  signal: AbortSignal,
): Promise<void> {
  const { user, password, token, offered } = settings
  if (user === null) return
  if (!client.allowsAuth) {
    throw new SmtpProblem('login', `${settings.host} offers no login (AUTH) to "${user}"`)
  }
  const credentials =
    token === null
      ? { user, pass: password ?? '' }
      : { user, pass: token, method: tokenMethod(offered) }
  await exchange(client, signal, (done) => client.login(credentials, (error) => done(error)))
}

/**
 * Runs one exchange with the server. It ends with its callback, with the death of the
 * connection, or with the signal, whichever comes first; a signal ends the connection too.
 */
export function exchange<T>(
  client: SMTPConnection,
  signal: AbortSignal,
  start: (done: (error: Error | null, value?: T) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      client.off('error', onError)
      client.off('end', onEnd)
      signal.removeEventListener('abort', onAbort)
      settle()
    }
    const onError = (error: Error): void => finish(() => reject(error))
    // A moment later: the library closes first and then hands over the reply that made it close.
    const onEnd = (): void => {
      setImmediate(() => onError(new Error('the connection was closed')))
    }
    const onAbort = (): void => {
      finish(() => reject(signal.reason as Error))
      client.close()
    }
    client.on('error', onError)
    client.on('end', onEnd)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    else start((error, value) => (error === null ? finish(() => resolve(value)) : onError(error)))
  })
}

interface LibraryError {
  code?: unknown
  originalCode?: unknown
  response?: unknown
}

/** Translates whatever ended the opening into words. */
function problemOf(error: unknown, settings: SmtpSettings): SmtpProblem {
  if (error instanceof SmtpProblem) return error
  const where = `${settings.host}:${settings.port}`
  const { code, originalCode, response } = error as LibraryError
  const reply = typeof response === 'string' ? parseReply(response) : null
  const said = reply?.line ?? printable(messageOf(error))
  const options = { cause: error, code: reply?.code ?? null }

  if (code === 'EAUTH') {
    return new SmtpProblem(
      'login',
      `${where} refused the login of "${settings.user}": ${said}. Check smtp.user and what it logs in with; some providers want an app password.`,
      options,
    )
  }
  if (code === 'ETLS' || isTlsCode(originalCode)) {
    const sentence = `no trusted TLS with ${where}: ${said}. ${tlsHint(originalCode, settings)}`
    return new SmtpProblem('tls', sentence.trim(), options)
  }
  if (code === 'ETIMEDOUT' || messageOf(error).includes('timeout')) {
    const hint = settings.tls === 'starttls' ? ` ${MODE_HINTS.starttls}` : ''
    return new SmtpProblem('silent', `${where} stopped answering: ${said}.${hint}`, options)
  }
  if (reply !== null) return new SmtpProblem('refused', `${where} refused us: ${said}`, options)
  return new SmtpProblem('unreachable', `${where} ended the connection: ${said}`, options)
}

/** OpenSSL's and Node's codes for certificates and handshakes. */
function isTlsCode(code: unknown): boolean {
  return typeof code === 'string' && /CERT|SSL|TLS|SIGNATURE|ALTNAME|EPROTO/.test(code)
}

/** The usual mistake: the other kind of TLS than the port speaks. */
const MODE_HINTS = {
  starttls: 'If the server speaks TLS from the first byte (port 465), use tls: implicit.',
  implicit: 'If the server starts in plain text (port 587), use tls: starttls.',
  none: '',
}

function tlsHint(code: unknown, { tls }: SmtpSettings): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'Use the name the certificate is for.'
  const untrusted = typeof code === 'string' && /CERT|SIGNATURE/.test(code)
  return untrusted ? 'A private CA goes into tls_ca_file.' : MODE_HINTS[tls]
}
