/** Hostile mail, written by hand: raw bytes, any header left out, doubled or broken. */

/** Its number in the table of bad inputs, what it is, its bytes, and what must become of it. */
export type Row = readonly [number: number, what: string, mail: Buffer, want: object]

/** A little above the limit that it is about; BAD_INPUTS_FULL=1: as large as it may come. */
export const sized = (usual: number, full: number): number =>
  process.env['BAD_INPUTS_FULL'] === '1' ? full : usual

/** Instead of a header that hostile() would add: none. */
export const BARE = (name: string): string => `X-Without-${name}: yes`

/** Each sender is another one, so that nothing is counted against the message before it. */
let senders = 0

/** These headers (and From, Subject, Date and Message-ID where they do not name them) and this body. */
export function hostile(headers: string, body: string | Buffer = 'It is on fire.\r\n'): Buffer {
  senders += 1
  const own = headers.replace(/(?<!\r)\n/g, '\r\n')
  const has = (name: string): boolean => new RegExp(`^(?:X-Without-)?${name}:`, 'im').test(own)
  const usual = [
    has('From') ? '' : `From: Ana <ana${senders}@customer.test>\r\n`,
    has('Subject') ? '' : 'Subject: The printer\r\n',
    has('Date') ? '' : 'Date: Mon, 6 Jul 2026 10:00:00 +0000\r\n',
    has('Message-ID') ? '' : `Message-ID: <h${senders}@customer.test>\r\n`,
  ]
  const head = `${usual.join('')}${own}${own === '' || own.endsWith('\r\n') ? '' : '\r\n'}`
  return Buffer.concat([
    Buffer.from(`${head}\r\n`, 'latin1'),
    typeof body === 'string' ? Buffer.from(body, 'latin1') : body,
  ])
}
