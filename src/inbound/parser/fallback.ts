/**
 * The message when MIME cannot be read: its headers, its first text, and the whole original as an
 * attachment, so that nothing is lost and a person can look.
 */
import { createHash } from 'node:crypto'
import { copyFileSync, createReadStream, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { AttachmentContent } from '../../mail/message.ts'
import { contentOf, newBudget, sha256Of } from './content.ts'
import type { LeafContent } from './content.ts'
import { readHeaderFacts } from './envelope.ts'
import { firstText } from './first-text.ts'
import { headOf } from './head-of.ts'
import { LIMITS } from './limits.ts'
import type { Parsed } from './protocol.ts'
import type { Source } from './source.ts'
import { visibleText } from '../../mail/visible-text.ts'

export interface FallbackOptions {
  readonly scratchDir: string
  /** Why the ordinary way was not taken; becomes a problem of the message. */
  readonly because: string
  /** False in safe mode: not even our own analysis of the text runs. */
  readonly analyse: boolean
}

export async function readFallback(source: Source, options: FallbackOptions): Promise<Parsed> {
  const block = headOf(source)
  const problems = [options.because, ...block.problems]
  const facts = readHeaderFacts(block.headers, problems)
  const full = firstText(source, block.headers, block.bodyStart).slice(0, LIMITS.textLengthMax)
  const text = options.analyse ? visibleText(full) : { reply: full, quoted: '', signature: '' }
  const original = await originalOf(source, options.scratchDir)
  return {
    message: {
      ...facts,
      headers: block.headers,
      text: { ...text, full },
      html: null,
      attachments: [describe(original)],
      forwarded: null,
      bounce: null,
      reportType: null,
      language: null,
      problems,
    },
    attachments: [original],
  }
}

/** The whole source as `message.eml`. */
export async function originalOf(source: Source, scratchDir: string): Promise<AttachmentContent> {
  const content =
    source.file === null || source.size <= LIMITS.contentInMemoryMax
      ? contentOf(source.slice(0, source.size), newBudget(scratchDir, 'original'))
      : await copyOf(source.file, source.size, scratchDir)
  return {
    filename: 'message.eml',
    contentType: 'message/rfc822',
    size: content.size,
    sha256: sha256Of(content),
    inline: false,
    contentId: null,
    content: content.content,
  }
}

/** The file handed over belongs to the caller, so the attachment gets its own copy. */
async function copyOf(file: string, size: number, scratchDir: string): Promise<LeafContent> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  const copy = join(scratchDir, 'message.eml')
  mkdirSync(dirname(copy), { recursive: true, mode: 0o700 })
  copyFileSync(file, copy)
  return { size, sha256: hash.digest('hex'), content: { file: copy }, complete: true }
}

export function describe({
  content: _content,
  ...attachment
}: AttachmentContent): Parsed['message']['attachments'][number] {
  return attachment
}
