/** Mail as strangers write it: raw text where any header can be replaced, doubled or left out. */
import { randomId } from '../../src/ids.ts'

export interface MailText {
  /** Header name to value; null leaves it out, a list repeats it. */
  headers?: Readonly<Record<string, string | null | readonly string[]>>
  text?: string
}

/** A plain mail from Ana to the desk, with these changes. */
export function aMail({ headers = {}, text = 'It is on fire.' }: MailText = {}): string {
  const all: Record<string, string | null | readonly string[]> = {
    From: 'Ana <ana@customer.test>',
    To: 'support@acme.test',
    Subject: 'The printer',
    Date: 'Mon, 6 Jul 2026 10:00:00 +0000',
    'Message-ID': `<${randomId(8)}@customer.test>`,
    'Content-Type': 'text/plain; charset=utf-8',
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) => {
    if (value === null) return []
    const values = typeof value === 'string' ? [value] : value
    return values.map((one) => `${name}: ${one}\r\n`)
  })
  return `${lines.join('')}\r\n${text.replace(/\r?\n/g, '\r\n')}\r\n`
}
