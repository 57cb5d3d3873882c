/** What the SMTP suites share: one message, one envelope, short timeouts. */
import type { Address } from '../../src/mail/address.ts'
import type { Envelope, SmtpSettings } from '../../src/outbound/smtp.ts'

export const ANA = 'ana@customer.test' as Address
export const MESSAGE = Buffer.from('Subject: hello\r\n\r\nGood morning.\r\n')
export const ENVELOPE: Envelope = { mailFrom: 'support+b.token@acme.test', rcptTo: ANA }
export const NO_HOOKS = { beforeDot: async (): Promise<void> => {} }
export const NEVER = new AbortController().signal
export const SHORT = {
  connectMs: 1_000,
  greetingMs: 300,
  commandMs: 300,
  afterDotMs: 300,
  idleMs: 10_000,
}

export function settingsFor(port: number, changes: Partial<SmtpSettings> = {}): SmtpSettings {
  return {
    host: '127.0.0.1',
    port,
    tls: 'none',
    user: 'support',
    password: 'secret',
    ca: null,
    name: 'postroom.acme.test',
    insecureAllowed: false,
    ...changes,
  }
}
