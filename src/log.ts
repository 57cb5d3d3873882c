/** Structured logging to stdout, one JSON line per event (pino's only door). */
import { destination, type Logger as Pino, pino } from 'pino'

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
    destination({ fd, sync: false, minLength: 0 }),
  )
  return logger
}

/** For tests and one-shot commands that report in other ways. */
export const silentLog: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
}
