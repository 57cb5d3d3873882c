/**
 * Bytes -> Message. Runs in the parser process only: everything here may be slow, large or crash.
 *
 * Headers by our own scan, structure by mailparser, text and HTML by our own code. Never rejects
 * for what is in the message: what cannot be read becomes the fallback with a problem line.
 */
import { scanHeaderBlock } from '../../mail/header-block.ts'
import type { HeaderBlock } from '../../mail/header-block.ts'
import { detectLanguage } from '../../mail/language.ts'
import type { AttachmentContent, Message } from '../../mail/message.ts'
import { TextScan } from '../../mail/text-scan.ts'
import { visibleText } from '../../mail/visible-text.ts'
import { attachmentsOf } from './attachments.ts'
import { assembleBody } from './body.ts'
import { calendarText } from './calendar-text.ts'
import { newBudget } from './content.ts'
import type { Budget } from './content.ts'
import { readHeaderFacts } from './envelope.ts'
import { describe, originalOf, readFallback } from './fallback.ts'
import { headOf } from './head-of.ts'
import { LIMITS } from './limits.ts'
import type { Part } from './part.ts'
import type { Parsed, ParseMode } from './protocol.ts'
import { protectionOf } from './protection.ts'
import { forwardedOf, onlyMessageIn, reportOf } from './reports.ts'
import { notTakenApart, type ReadContent, readParts } from './read-parts.ts'
import { rescue } from './rescue.ts'
import { openSource } from './source.ts'
import type { Source } from './source.ts'
import { unpack } from './unpack.ts'

export interface ReadOptions {
  readonly mode: ParseMode
  readonly scratchDir: string
}

export async function readMessage(
  bytes: Uint8Array | { readonly file: string },
  { mode, scratchDir }: ReadOptions,
): Promise<Parsed> {
  const source = openSource(bytes)
  if (mode === 'safe') {
    const because = 'read in safe mode: the original is attached'
    return readFallback(source, { scratchDir, because, analyse: false })
  }
  const block = headOf(source)
  const problems = [...block.problems]
  try {
    const content = await readContent(source, block, newBudget(scratchDir), problems)
    return await assemble(source, block, content, problems, scratchDir)
  } catch (error) {
    const because = `${notTakenApart(error)}: the original is attached`
    return readFallback(source, { scratchDir, because, analyse: true })
  }
}

/** The parts, and the parts inside of parts. */
async function readContent(
  source: Source,
  block: HeaderBlock,
  budget: Budget,
  problems: string[],
  depth = 0,
): Promise<ReadContent> {
  const { parts, missing } = await readParts(source, block, budget, problems)
  const readEntity = async (bytes: Buffer): Promise<readonly Part[]> => {
    if (depth >= LIMITS.containerDepthMax) return []
    const inner = scanHeaderBlock(bytes, PART_HEAD_LIMITS)
    return (await readContent(openSource(bytes), inner, budget, problems, depth + 1)).parts
  }
  return { parts: await unpack(parts, { budget, problems, readEntity }), missing }
}

const PART_HEAD_LIMITS = { linesMax: 500, valueLengthMax: 20_000 }

async function assemble(
  source: Source,
  block: HeaderBlock,
  { parts, missing }: ReadContent,
  problems: string[],
  scratchDir: string,
): Promise<Parsed> {
  const facts = readHeaderFacts(block.headers, problems)
  const body = assembleBody(parts)
  problems.push(...body.problems)
  const attachments = attachmentsOf(body, problems)
  let full = body.text
  problems.push(...parts.filter(({ damaged }) => damaged).map(damageOf))
  if (isNothing(full, body.html, attachments) && source.size > block.bodyStart) {
    const rest = await rescue(source, block, scratchDir)
    full = rest.text
    problems.push(...rest.problems)
    attachments.push(...rest.attachments)
  } else if (missing !== null) {
    problems.push(`${missing}: the original is attached`)
    attachments.push(await originalOf(source, scratchDir))
  }
  const { bounce, reportType } = reportOf({ headers: block.headers, facts, parts, text: full })
  const scan = new TextScan(full)
  const forwarded = forwardedOf(facts, scan, parts, reportType)
  const { notes, encryptedWith } = protectionOf(parts, full)
  problems.push(...notes)
  const text = textOf(scan, {
    inside: full.trim() === '' && body.html === null ? onlyMessageIn(parts) : '',
    added: [
      ...(full.trim() === '' && encryptedWith !== null ? [encryptedNote(encryptedWith)] : []),
      calendarText(parts),
    ],
  })
  const message: Message = {
    ...facts,
    headers: block.headers,
    text,
    html: body.html,
    attachments: attachments.map(describe),
    forwarded,
    bounce,
    reportType,
    language: detectLanguage(text.reply),
    problems: [...new Set(problems)],
  }
  return { message, attachments }
}

const encryptedNote = (how: string): string =>
  `[This message is encrypted with ${how}. Its content is attached.]`

/**
 * `inside`: text of a message that is all there is; nothing of it was written now, so it is folded.
 * `added`: what we say about parts that are no text.
 */
function textOf(
  scan: TextScan,
  { inside, added }: { inside: string; added: readonly string[] },
): Message['text'] {
  const written =
    inside === ''
      ? { ...visibleText(scan.text, scan), full: scan.text }
      : { reply: '', quoted: inside, signature: '', full: inside }
  const more = added.filter((text) => text !== '')
  if (more.length === 0) return written
  const withMore = (text: string): string => [text.trimEnd(), ...more].join('\n\n').trim()
  return { ...written, reply: withMore(written.reply), full: withMore(written.full) }
}

function damageOf({ filename, type, encoding }: Part): string {
  return `${filename ?? `a ${type} part`} is damaged: its ${encoding} is not complete`
}

const isNothing = (
  text: string,
  html: string | null,
  attachments: readonly AttachmentContent[],
): boolean => text.trim() === '' && (html ?? '') === '' && attachments.length === 0
