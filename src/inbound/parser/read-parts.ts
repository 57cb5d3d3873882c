/** The leaves of a message with their content, by mailparser, as far as it goes along. */
import { messageOf } from '../../errors.ts'
import type { HeaderBlock } from '../../mail/header-block.ts'
import { transferDecoder } from '../../mail/transfer-encoding.ts'
import { isRenderable } from './body.ts'
import { ContentSink } from './content.ts'
import type { Budget } from './content.ts'
import { splitLeaves, takeWhole } from './leaves.ts'
import type { LeafHead, LeafTarget } from './leaves.ts'
import { LIMITS } from './limits.ts'
import { mimeHead } from './mime-head.ts'
import type { MimeHead } from './mime-head.ts'
import { readPartHead } from './part.ts'
import type { Part, PartHead } from './part.ts'
import type { Source } from './source.ts'

export interface ReadContent {
  readonly parts: readonly Part[]
  /** Why something is in no part; null: all of it is. */
  readonly missing: string | null
}

/** Rejects when mailparser refuses the message and not even its beginning has parts. */
export async function readParts(
  source: Source,
  block: HeaderBlock,
  budget: Budget,
  problems: string[],
): Promise<ReadContent> {
  const head = mimeHead(source, block.headers, block.bodyStart)
  problems.push(...head.problems)
  const { parts, take } = partTaker(budget)
  const body = source.rest(block.bodyStart)
  if (!head.isMultipart) {
    await takeWhole(body, take({ headers: head.headers, container: null }))
    return { parts, missing: null }
  }
  try {
    const { emptyContainers } = await splitLeaves({ head, body }, take)
    return { parts, missing: emptyContainers > 0 ? 'a multipart without parts' : null }
  } catch (error) {
    const first = await firstParts(head, source.slice(block.bodyStart, LIMITS.headBytesMax), budget)
    if (first.length === 0) throw error
    return { parts: first, missing: notTakenApart(error) }
  }
}

export function notTakenApart(error: unknown): string {
  const says = messageOf(error)
  return says.includes('child nodes')
    ? `it has more than ${LIMITS.partsMax} parts, not all of them were taken apart`
    : `could not be taken apart (${says})`
}

/** Of a message that mailparser refuses: the parts of its beginning, none when that is refused, too. */
async function firstParts(head: MimeHead, body: Buffer, budget: Budget): Promise<readonly Part[]> {
  const { parts, take } = partTaker(budget)
  try {
    await splitLeaves({ head, body: beginningOf(body) }, take)
    return parts
  } catch {
    return []
  }
}

/** Whole parts only: up to the last boundary of those that are listed. */
function beginningOf(body: Buffer): Buffer {
  let end = 0
  for (let seen = 0; seen <= LIMITS.attachmentsMax; seen++) {
    const next = body.indexOf('\n--', end)
    if (next === -1) break
    end = next + 1
  }
  return body.subarray(0, end)
}

function partTaker(budget: Budget): { parts: Part[]; take: (leaf: LeafHead) => LeafTarget } {
  const parts: Part[] = []
  let listed = 0
  const take = (leaf: LeafHead): LeafTarget => {
    const part = readPartHead(leaf)
    const rendered = isRenderable(part)
    if (!rendered) listed++
    const keep = listed <= LIMITS.attachmentsMax ? 'file' : 'none'
    return collect(part, new ContentSink(rendered ? 'text' : keep, budget), parts)
  }
  return { parts, take }
}

/** Undoes the transfer encoding on the way into the sink. */
function collect(part: PartHead, sink: ContentSink, parts: Part[]): LeafTarget {
  const decoder = transferDecoder(part.encoding)
  return {
    write: (chunk) => sink.write(decoder.write(chunk)),
    end: () => {
      sink.write(decoder.end())
      parts.push({ ...part, ...sink.finish(), damaged: decoder.damaged })
    },
  }
}
