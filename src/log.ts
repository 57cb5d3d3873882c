/** Structured logging to stdout, one JSON line per event (pino's only door). */
import { destination, type DestinationStream, type Logger as Pino, pino } from 'pino'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: object): Logger
}

/** Names whose values never reach a log, at any depth we use. */
const SECRETS = ['password', 'pass', 'token', 'authorization', 'cookie', 'secret', 'accessToken']
const REDACTED = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `err.*.${name}`])

/** Logs to file descriptor `fd` (1: stdout). */
export function openLog(level: LogLevel, fd = 1): Logger {
  const logger: Pino = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED, censor: '[secret]' },
      messageKey: 'msg',
      errorKey: 'err',
    },
    sink(fd),
  )
  return logger
}

/** Lines that nobody takes at the moment, because the disk is full or the reader slow; later ones are dropped. */
const WAITING_BYTES_MAX = 1024 * 1024

/** A log that cannot be written stops nothing: its lines wait for the next one that can. */
function sink(fd: number): DestinationStream {
  const stream = destination({ fd, sync: false, minLength: 0, maxLength: WAITING_BYTES_MAX })
  let isFailing = false
  stream.on('error', () => {
    isFailing = true
  })
  stream.on('write', () => {
    isFailing = false
  })
  // At the end of the process this one would try for ever.
  const flush = stream.flushSync.bind(stream)
  stream.flushSync = () => {
    if (!isFailing) flush()
  }
  return stream
}

/** For tests and one-shot commands that report in other ways. */
export const silentLog: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
}
