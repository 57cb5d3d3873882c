/** How reading a message ends without a message: who is to blame for it? */

export type FailureKind = 'timeout' | 'memory' | 'crash'

/** Reading one message failed as a whole; the message itself is not the reason of any other failure. */
export class ParseFailure extends Error {
  override readonly name = 'ParseFailure'
  readonly kind: FailureKind

  constructor(kind: FailureKind, sentence: string) {
    super(sentence)
    this.kind = kind
  }
}

/** The process ended with this message among others, or was left at a slow one: it is read elsewhere. */
export class NotRead extends Error {
  override readonly name = 'NotRead'
}

/** No process could be started to read it, again and again: that is nobody's message's fault. */
export class ParserUnavailable extends Error {
  override readonly name = 'ParserUnavailable'
}
