/** What comes before anything is decided: a message is parsed, and its files are stored. */
import { existsSync } from 'node:fs'
import type { Clock } from '../clock.ts'
import type { AttachedBlob } from '../desk/context.ts'
import { passing } from '../fault-points.ts'
import type { AttachmentContent } from '../mail/message.ts'
import type { Blobs } from '../store/blobs.ts'
import { ASIDE_AFTER } from '../store/claim-order.ts'
import type { InboundMessage } from '../store/inbound-messages.ts'
import type { DecideContext } from './decide.ts'
import { type Parsed, type Parser, releaseParsed } from './parse.ts'
import type { Ready } from './take.ts'
import { originalOf, unreadable as unreadableMessage } from './unreadable.ts'

export interface PrepareDeps {
  readonly clock: Clock
  readonly context: DecideContext
  readonly parser: Parser
  /** The messages' sources. */
  readonly blobs: Pick<Blobs, 'get' | 'fileOf'>
}

/** Larger sources are handed to the parser as files. */
const HAND_OVER_BYTES_MAX = 1024 * 1024
/** Attempts that end in a failure of the message itself: full, safe mode, then quarantine. */
export const FAILURES_MAX = 2

/** Parses one message and stores its large attachments. Throws what kept it from being read. */
export async function prepare(deps: PrepareDeps, row: InboundMessage): Promise<Ready> {
  if (isHopeless(row)) {
    return { row, parsed: unreadableMessage(row), attachments: originalOf(row), unreadable: true }
  }
  const parsed = await parse(deps, row)
  await passing('intake.parsed')
  await storeFiles(deps, parsed.attachments)
  await releaseParsed(parsed)
  return { row, parsed, attachments: parsed.attachments.map(named), unreadable: false }
}

/** Failed twice by itself, or in the hands of many daemons that died, the last of them within an hour. */
const isHopeless = (row: InboundMessage): boolean =>
  row.failures >= FAILURES_MAX || row.attempts - row.failures > 2 * ASIDE_AFTER

async function parse(deps: PrepareDeps, row: InboundMessage): Promise<Parsed> {
  const { blobs } = deps
  if (row.sha256 === null) throw new Error('the message has no stored source')
  // A large one is read by the parser itself: its bytes need not pass through this process.
  const file = row.size > HAND_OVER_BYTES_MAX ? blobs.fileOf(row.sha256) : null
  const bytes = file !== null && existsSync(file) ? { file } : await blobs.get(row.sha256)
  if (bytes === null) throw new Error(`the source ${row.sha256} is missing`)
  const safe = row.failures > 0 || row.attempts - row.failures > ASIDE_AFTER
  return deps.parser.parse(bytes, safe ? 'safe' : 'full')
}

const named = ({ content: _bytes, ...attachment }: AttachmentContent): AttachedBlob => attachment

async function storeFiles(
  { context }: PrepareDeps,
  attachments: readonly AttachmentContent[],
): Promise<void> {
  for (const { content, sha256, size } of attachments) {
    if ('file' in content) await context.blobs.putFile(content.file, { sha256, size })
  }
}

/** The small attachments of a whole batch, durable before anything refers to them. */
export async function storeSmall({ context }: PrepareDeps, batch: readonly Ready[]): Promise<void> {
  const small = batch.flatMap(({ parsed }) =>
    parsed.attachments.flatMap(({ content }) => ('file' in content ? [] : [content])),
  )
  if (small.length > 0) await context.blobs.putAll(small)
}
