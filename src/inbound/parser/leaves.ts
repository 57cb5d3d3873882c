/**
 * mailparser's only door: splits a MIME body into its leaves, transfer encoding removed.
 *
 * The library keeps the structure, the boundaries and the streaming; what the bytes mean (charset,
 * header values, which part is shown) is decided by our own code, because mailparser guesses there:
 * it takes the last From, replaces raw 8-bit bytes, turns a garbage date into now.
 */
import type { Readable } from 'node:stream'
import { MailParser } from 'mailparser'
import type { AttachmentStream, MessageText } from 'mailparser'
import { LIMITS } from './limits.ts'

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

/** Takes the decoded bytes of one leaf. */
export interface LeafTarget {
  write(chunk: Uint8Array): void
  /** `sha256` of all bytes written, lower-case hex. */
  end(sha256: string): void
}

export interface Split {
  /** Multiparts in which no part was found: their content is in no leaf. */
  readonly emptyContainers: number
}

/** mailparser's tree node, as far as we read it (3.9; the version is pinned). */
interface TreeNode {
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
  checksumAlgo: 'sha256',
  maxHeadSize: LIMITS.partHeadBytesMax,
  maxChildNodes: LIMITS.partsMax,
}

class LeafParser extends MailParser {
  /** Types mailparser would render itself: none, so that every leaf comes out as a stream. */
  textTypes: readonly string[] = []
  declare curnode: TreeNode | false
  declare tree: TreeNode | false

  constructor() {
    super(OPTIONS)
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
 * Feeds `head` (a header block that ends with an empty line) and then `body` to mailparser and
 * calls `take` for every leaf, in order. Rejects when mailparser gives up (too many parts, too
 * large part headers).
 */
export function splitLeaves(
  head: Buffer,
  body: Readable | Buffer,
  take: (leaf: LeafHead) => LeafTarget,
): Promise<Split> {
  const parser = new LeafParser()
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
    parser.write(head)
    if (Buffer.isBuffer(body)) {
      parser.end(body)
    } else {
      body.on('error', giveUp)
      body.pipe(parser)
    }
  })
}

function pump(
  parser: LeafParser,
  part: AttachmentStream,
  take: (leaf: LeafHead) => LeafTarget,
  giveUp: (error: unknown) => void,
): void {
  const headers = new Map<string, string>()
  for (const [name, value] of part.headers) if (typeof value === 'string') headers.set(name, value)
  const node = parser.curnode
  const target = take({ headers, container: containerOf(node === false ? undefined : node.parent) })
  part.content.on('data', (chunk: Buffer) => {
    try {
      target.write(chunk)
    } catch (error) {
      giveUp(error)
    }
  })
  part.content.on('error', giveUp)
  part.content.on('end', () => {
    target.end(part.checksum)
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
