/**
 * A message: what reading one email's bytes tells us, before any decision about it.
 *
 * Everything here comes from the bytes alone. Strings are already decoded, free of NUL and lone
 * surrogates, and bounded, so they can go to either database and into JSON as they are.
 */
import type { Address, NamedAddress } from './address.ts'
import type { MessageId } from './message-id.ts'

export interface Header {
  /** Lower-case field name. */
  readonly name: string
  /** Unfolded value; encoded words are decoded in the structured members below, not here. */
  readonly value: string
}

export interface Message {
  /** In order of appearance, top first; at most HEADERS_MAX (parse.ts). */
  readonly headers: readonly Header[]
  /** First valid Message-ID, or null. */
  readonly messageId: MessageId | null
  /** RFC 3339 UTC, or null when absent or unreadable. Shown, never used for ordering. */
  readonly date: string | null
  readonly subject: string | null
  /** The first address of the first From header; Reply-To's when there is no From. */
  readonly from: NamedAddress | null
  /** Every address of every From header. More than one, or none: the sender is ambiguous. */
  readonly fromAddresses: readonly Address[]
  readonly sender: NamedAddress | null
  readonly replyTo: readonly NamedAddress[]
  readonly to: readonly NamedAddress[]
  readonly cc: readonly NamedAddress[]
  /** Oldest first. */
  readonly references: readonly MessageId[]
  readonly inReplyTo: readonly MessageId[]
  readonly text: MessageText
  /** Sanitised HTML body, or null. */
  readonly html: string | null
  readonly attachments: readonly Attachment[]
  readonly forwarded: Forwarded | null
  readonly bounce: BounceReport | null
  /** What kind of multipart/report this is (RFC 6522 report-type), lower-case, or null. */
  readonly reportType: string | null
  /** Language of the new text (BCP 47), or null when unsure. */
  readonly language: string | null
  /** What was odd about the message and what was done about it, for people. */
  readonly problems: readonly string[]
}

export interface MessageText {
  /** Only what the writer wrote now. */
  readonly reply: string
  readonly quoted: string
  readonly signature: string
  /** The whole text body. */
  readonly full: string
}

export interface Attachment {
  /** Safe to show and to offer for download: no path, no control or bidi characters; or null. */
  readonly filename: string | null
  /** Lower-case type/subtype. */
  readonly contentType: string
  /** Decoded size in bytes. */
  readonly size: number
  /** Lower-case hex SHA-256 of the decoded bytes. */
  readonly sha256: string
  /** Shown within the HTML body (Content-ID referenced, or Content-Disposition: inline). */
  readonly inline: boolean
  readonly contentId: string | null
}

/** An attachment together with its decoded bytes, in memory (small) or in a scratch file (large). */
export interface AttachmentContent extends Attachment {
  readonly content: Uint8Array | { readonly file: string }
}

export interface Forwarded {
  readonly from: { readonly address: Address | null; readonly name: string | null }
  readonly subject: string | null
  readonly date: string | null
  readonly text: string
  /** What the forwarder added. */
  readonly note: string
}

export interface BounceReport {
  readonly recipients: readonly BouncedRecipient[]
  readonly originalMessageId: MessageId | null
  /** Which system's way of writing it is, where only the text tells; or null. */
  readonly system: string | null
}

export interface BouncedRecipient {
  readonly address: Address
  /** RFC 3463 status, e.g. `5.1.1`; null when nothing tells. */
  readonly status: string | null
  /** RFC 3464 §2.3.3: failed, delayed, delivered, relayed, expanded. */
  readonly action: string | null
  readonly diagnostic: string | null
  readonly permanent: boolean
  readonly reason: string | null
}

/** The first value of a header, or null. `name` in lower case. */
export function headerOf(message: Pick<Message, 'headers'>, name: string): string | null {
  return message.headers.find((header) => header.name === name)?.value ?? null
}

/** All values of a header, top first. */
export function headersOf(message: Pick<Message, 'headers'>, name: string): string[] {
  return message.headers.filter((header) => header.name === name).map((header) => header.value)
}
