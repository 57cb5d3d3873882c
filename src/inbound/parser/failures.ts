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

/** The process ended, or was left, before it came to this message: somebody else may read it. */
export class NotBegun extends Error {
  override readonly name = 'NotBegun'
}

/** No process could be started to read it, again and again: that is nobody's message's fault. */
export class ParserUnavailable extends Error {
  override readonly name = 'ParserUnavailable'
}
