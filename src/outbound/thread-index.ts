/**
 * Thread-Index and Thread-Topic: how Outlook and Exchange group messages, besides References
 * ([MS-OXOMSG] 2.2.1.2 and 2.2.1.3; base64 in the header by [MS-OXCMAIL] 2.1.3.2).
 *
 * The value is 22 bytes that a conversation keeps (a 1 and the upper part of a FILETIME, a GUID) and
 * five more for each answer (time since, a random nibble). Grouping looks at the 22 alone.
 */
import { createHash } from 'node:crypto'

const ROOT_BYTES = 22
const ANSWER_BYTES = 5
/** Exchange itself stops counting answers long before; a longer value is no Thread-Index. */
const VALUE_LENGTH_MAX = 4_000

/** 100 ns since 1601. */
const FILETIME_OF_1970 = 116_444_736_000_000_000n
const fileTime = (at: Date): bigint => BigInt(at.getTime()) * 10_000n + FILETIME_OF_1970

/**
 * The conversation a customer's own header names, as base64 of 22 bytes; null when it names none.
 * A claim like any header: it decides only how his mail program groups our answer.
 */
export function conversationIn(header: string | null): string | null {
  const text = header?.replace(/\s/g, '') ?? ''
  if (text.length > VALUE_LENGTH_MAX || !/^[A-Za-z0-9+/]{30,}={0,2}$/.test(text)) return null
  const bytes = Buffer.from(text, 'base64')
  const whole = bytes.length >= ROOT_BYTES && (bytes.length - ROOT_BYTES) % ANSWER_BYTES === 0
  return whole && bytes[0] === 1 ? bytes.subarray(0, ROOT_BYTES).toString('base64') : null
}

/**
 * A conversation of our own, the same whenever it is asked for.
 * @param seed what sets it apart from all others, everywhere.
 */
export function conversationOf(seed: string, begunAt: Date): string {
  const root = Buffer.alloc(ROOT_BYTES)
  writeUpper(root, fileTime(begunAt))
  createHash('sha256').update(seed).digest().copy(root, 6, 0, 16)
  return root.toString('base64')
}

/** The top 48 of 64 bits; the first byte of any FILETIME since 1829 is the 1 that is asked for. */
const writeUpper = (target: Buffer, time: bigint): number =>
  target.writeUIntBE(Number(time >> 16n), 0, 6)

/**
 * The value for an answer in a conversation.
 * @param salt something of the message: its last byte tells answers of one moment apart.
 */
export function threadIndex(conversation: string, at: Date, salt: string): string {
  const root = Buffer.from(conversation, 'base64').subarray(0, ROOT_BYTES)
  const since = fileTime(at) - begunAt(root)
  const answer = Buffer.alloc(ANSWER_BYTES)
  answer.writeUInt32BE(timeSince(since > 0n ? since : 0n))
  answer[4] = (createHash('sha256').update(salt).digest()[0] ?? 0) & 0xf0
  return Buffer.concat([root, answer]).toString('base64')
}

/** Newer clients write the 1 before a whole upper half; older ones write it as its first byte. */
const begunAt = (root: Buffer): bigint =>
  root[1] === 1 ? BigInt(root.readUIntBE(1, 5)) << 24n : BigInt(root.readUIntBE(0, 6)) << 16n

/** 31 bits of the difference, and above them which: up to 1.7 years from bit 18 on, else from 23. */
function timeSince(difference: bigint): number {
  const long = difference >> 49n !== 0n
  const bits = (difference >> (long ? 23n : 18n)) & 0x7fff_ffffn
  return Number(bits | (long ? 1n << 31n : 0n))
}
