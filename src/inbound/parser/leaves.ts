/**
 * mailparser's only door: splits a MIME body into its leaves, transfer encoding still in place.
 *
 * The library keeps the structure, the boundaries and the streaming; what the bytes mean (transfer
 * encoding, charset, header values, which part is shown) is decided by our own code, because
 * mailparser guesses there: it takes the last From, replaces raw 8-bit bytes, turns a garbage date
 * into now.
 */
import type { Readable } from 'node:stream'
import { MailParser } from 'mailparser'
import type { AttachmentStream, MessageText } from 'mailparser'
import { LIMITS } from './limits.ts'
import type { MimeHead } from './mime-head.ts'
import { skeletonOf } from './skeleton.ts'
import { contentAmongHeaders, correctSplitter } from './splitter.ts'
import type { Splitter, SplitterNode } from './splitter.ts'

/** A multipart that contains a leaf. */
export interface Container {
  /** Lower-case `multipart/x`. */
  readonly type: string
  readonly parent: Container | null
}

export interface LeafHead {
  /** Raw unfolded header values by lower-case name, bytes as Latin-1; the first of a repeated one. */
  readonly headers: ReadonlyMap<string, string>
  readonly container: Container | null
}

/** Takes the bytes of one leaf as they were sent. */
export interface LeafTarget {
  write(chunk: Buffer): void
  end(): void
}

export interface Multipart {
  readonly head: Pick<MimeHead, 'bytes' | 'occurs'>
  readonly body: Readable | Buffer
}

export interface Split {
  /** Multiparts in which no part was found: their content is in no leaf. */
  readonly emptyContainers: number
}

/** mailparser's tree node, as far as we read it (3.9; the version is pinned). */
interface TreeNode {
  readonly node: SplitterNode
  readonly contentType: string | false
  readonly parent?: TreeNode
  readonly children: readonly TreeNode[]
}

const OPTIONS = {
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  // RFC 2046 §5.2.1: an attached message stays one part; we read inside ourselves.
  ignoreEmbedded: true,
  maxHeadSize: LIMITS.partHeadBytesMax,
  maxChildNodes: LIMITS.partsMax,
}

class LeafParser extends MailParser {
  /** Types mailparser would render itself: none, so that every leaf comes out as a stream. */
  textTypes: readonly string[] = []
  declare curnode: TreeNode | false
  declare tree: TreeNode | false
  declare splitter: Splitter

  constructor(occurs: (boundary: Buffer) => boolean) {
    super(OPTIONS)
    correctSplitter(this.splitter, occurs)
  }

  /** Replaces mailparser's reading of part headers, which parses every address list in them. */
  processHeaders(lines: readonly { key: string; line: string }[]): Map<string, string> {
    const values = new Map<string, string>()
    for (const { key, line } of lines) {
      const value = line
        .slice(line.indexOf(':') + 1)
        .replace(/\r?\n/g, '')
        .trim()
      if (!values.has(key)) values.set(key, value)
    }
    return values
  }
}

/**
 * Feeds a multipart message to mailparser and calls `take` for every leaf, in order. Rejects when
 * mailparser gives up (too many parts, too large part headers). Of a body in memory mailparser gets
 * its structure only.
 */
export function splitLeaves(
  { head, body }: Multipart,
  take: (leaf: LeafHead) => LeafTarget,
): Promise<Split> {
  if (!Buffer.isBuffer(body)) return split({ head, body }, take)
  const { bytes, restoring } = skeletonOf(body)
  return split({ head, body: bytes }, (leaf) => restoring(take(leaf)))
}

function split({ head, body }: Multipart, take: (leaf: LeafHead) => LeafTarget): Promise<Split> {
  const parser = new LeafParser((boundary) => head.occurs(boundary.toString()))
  return new Promise((resolve, reject) => {
    const giveUp = (error: unknown): void => {
      if (!Buffer.isBuffer(body)) body.destroy()
      reject(error instanceof Error ? error : new Error(String(error)))
    }
    parser.on('data', (data: AttachmentStream | MessageText) => {
      if (data.type === 'attachment') pump(parser, data, take, giveUp)
    })
    parser.on('error', giveUp)
    parser.on('end', () => resolve({ emptyContainers: countEmpty(parser.tree) }))
    parser.write(head.bytes)
    if (Buffer.isBuffer(body)) {
      parser.end(body)
    } else {
      body.on('error', giveUp)
      body.pipe(parser)
    }
  })
}

/** The same for a body that is one part: the library is not needed to find it. */
export async function takeWhole(body: Readable | Buffer, target: LeafTarget): Promise<void> {
  if (Buffer.isBuffer(body)) target.write(body)
  else for await (const chunk of body as AsyncIterable<Buffer>) target.write(chunk)
  target.end()
}

function pump(
  parser: LeafParser,
  part: AttachmentStream,
  take: (leaf: LeafHead) => LeafTarget,
  giveUp: (error: unknown) => void,
): void {
  const headers = new Map<string, string>()
  for (const [name, value] of part.headers) if (typeof value === 'string') headers.set(name, value)
  const at = parser.curnode === false ? undefined : parser.curnode
  const guarded = (action: () => void): void => {
    try {
      action()
    } catch (error) {
      giveUp(error)
    }
  }
  const target = take({ headers, container: containerOf(at?.parent) })
  const early = at === undefined ? Buffer.alloc(0) : contentAmongHeaders(at.node._headersLines)
  if (early.length > 0) guarded(() => target.write(early))
  part.content.on('data', (chunk: Buffer) => guarded(() => target.write(chunk)))
  part.content.on('error', giveUp)
  part.content.on('end', () => {
    guarded(() => target.end())
    part.release()
  })
}

const known = new WeakMap<TreeNode, Container>()

/** One Container object per multipart, so that two leaves can be compared by identity. */
function containerOf(node: TreeNode | undefined): Container | null {
  if (node === undefined) return null
  const found = known.get(node)
  if (found !== undefined) return found
  const type = typeof node.contentType === 'string' ? node.contentType : ''
  const container = { type, parent: containerOf(node.parent) }
  known.set(node, container)
  return container
}

function countEmpty(root: TreeNode | false): number {
  let empty = 0
  const open = root === false ? [] : [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const isMultipart =
      typeof node.contentType === 'string' && node.contentType.startsWith('multipart/')
    if (isMultipart && node.children.length === 0) empty++
    open.push(...node.children)
  }
  return empty
}
