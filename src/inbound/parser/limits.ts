/** What reading one message may cost. Each limit cuts, and the cut is told in `problems`. */
export const LIMITS = {
  /** Bytes looked at for the header block of the message. */
  headBytesMax: 2_000_000,
  headersMax: 5_000,
  headerValueLengthMax: 200_000,
  /** Header bytes of one MIME part; more and the message is read by the fallback. */
  partHeadBytesMax: 64_000,
  /** mailparser refuses more; so the fallback reads it. */
  partsMax: 1_000,
  /** Attachments listed; the others are in the original only. */
  attachmentsMax: 200,
  /** Attachments up to this size travel in memory, others through a scratch file. */
  contentInMemoryMax: 256 * 1024,
  /** All attachments in memory together; the next ones go to scratch files whatever their size. */
  contentInMemoryTotalMax: 16_000_000,
  /** winmail.dat and S/MIME containers up to this size are opened. */
  containerBytesMax: 30_000_000,
  /** Containers in containers that are opened. */
  containerDepthMax: 3,
  /** Calendar files summarised. */
  calendarsMax: 3,
  /** Decoded bytes of text and HTML parts kept for rendering, all parts together. */
  textBytesMax: 12_000_000,
  /** Characters of text shown. */
  textLengthMax: 2_000_000,
  /** Characters of HTML looked at. */
  htmlLengthMax: 5_000_000,
  htmlDepthMax: 200,
  htmlNodesMax: 100_000,
  /** An attribute longer than this is dropped: nobody wrote it. */
  htmlAttributeLengthMax: 100_000,
  /** Sources larger than this are handed over as files. */
  sourceInMemoryMax: 1_048_576,
} as const
