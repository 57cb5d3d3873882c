/** A body from which nothing came out: its raw text, and the original beside it. */
import type { HeaderBlock } from '../../mail/header-block.ts'
import type { AttachmentContent } from '../../mail/message.ts'
import { originalOf } from './fallback.ts'
import { firstText } from './first-text.ts'
import type { Source } from './source.ts'

export interface Rescued {
  readonly text: string
  readonly attachments: readonly AttachmentContent[]
  readonly problems: readonly string[]
}

/** Boundaries, part headers and soft line breaks: of a message without content that is all there is. */
const STRUCTURE = /^(?:--.*|=|content-[a-z-]{1,40}\s?:.*|mime-version\s?:.*|[ \t].*|)$/i

export async function rescue(
  source: Source,
  block: HeaderBlock,
  scratchDir: string,
): Promise<Rescued> {
  const text = firstText(source, block.headers, block.bodyStart)
  const raw = text === '' ? firstText(source, [], block.bodyStart) : text
  if (raw.trim() === '') return { text: raw, attachments: [], problems: [] }
  const original = await originalOf(source, scratchDir)
  if (raw.split('\n').every((line) => STRUCTURE.test(line))) {
    // Nobody wants to read that, but whether it was meant to be empty only the original tells.
    const problems = ['all parts are empty: the original is attached']
    return { text: '', attachments: [original], problems }
  }
  const problems = ['no part could be read: the raw text is shown and the original attached']
  return { text: raw, attachments: [original], problems }
}
