/**
 * What mailparser's splitter does not do itself (mailsplit 5.4; the version is pinned): white space
 * behind a boundary, a multipart that ends without its own last boundary, parts that are only
 * headers or forgot the empty line below them, and multiparts without a boundary.
 */
import { PassThrough } from 'node:stream'

/** A MIME node of the library, as far as we touch it. */
export interface SplitterNode {
  readonly parentNode: SplitterNode | false
  _boundary: Buffer | false
  readonly _parentBoundaryOwner: SplitterNode | false
  /** Raw header lines with their ends, the empty one included. */
  readonly _headersLines: readonly Buffer[]
  readonly _headerlen: number
  headers: unknown
  multipart: string | false
  contentType: string | false
  parseHeaders(): void
  getDecoder(): PassThrough
}

export interface Splitter {
  node: SplitterNode
  state: number
  inEpilogue: boolean
  checkBoundary(line: Buffer): Delimiter | false
  newNode(parent?: SplitterNode | false): void
  push(node: SplitterNode): boolean
}

/** 1: a child begins, 2: this multipart ends, 3: a sibling begins, 4: the parent ends. */
type Delimiter = 1 | 2 | 3 | 4

/** The library's names for its states. */
const IN_HEAD = 1
const IN_BODY = 2
const DASH = 0x2d
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
/** Ancestors looked at: an unclosed multipart deeper than this swallows what follows. */
const ANCESTORS_MAX = 100

/** Corrects `splitter` in place. `occurs` tells whether a boundary is in the message at all. */
export function correctSplitter(splitter: Splitter, occurs: (boundary: Buffer) => boolean): void {
  const newNode = splitter.newNode.bind(splitter)
  splitter.newNode = (parent) => {
    newNode(parent)
    correctNode(splitter.node, occurs)
  }
  splitter.checkBoundary = (line) => delimiterIn(splitter, line)
  correctNode(splitter.node, occurs)
}

function correctNode(node: SplitterNode, occurs: (boundary: Buffer) => boolean): void {
  const parseHeaders = node.parseHeaders.bind(node)
  node.parseHeaders = () => {
    parseHeaders()
    if (node._boundary !== false) node._boundary = withoutPadding(node._boundary)
    if (node.multipart === false || (node._boundary !== false && occurs(node._boundary))) return
    // It cannot be taken apart, so it is one part: dropping it would lose what is in it.
    node.multipart = false
    node._boundary = false
    node.contentType = 'text/plain'
  }
  // The bytes come out as they are; transfer encodings are undone by our own code.
  node.getDecoder = () => new Content()
}

/** The library ends the last part twice, and an error with its stack costs more than a small mail. */
class Content extends PassThrough {
  override end(): this {
    return this.writableEnded ? this : super.end()
  }
}

function delimiterIn(splitter: Splitter, line: Buffer): Delimiter | false {
  const text = delimiterText(line)
  if (text === null) return false
  if (splitter.state === IN_HEAD) beginEarly(splitter, text)
  const { node } = splitter
  const own = splitter.inEpilogue ? 0 : matched(text, node._boundary)
  if (own !== 0) return own
  return delimiterOfAncestor(splitter, text) || reopened(splitter, text)
}

/**
 * A boundary of any multipart around this one counts: who cut a message or forgot a last boundary
 * did not mean the rest of the message to be inside.
 */
function delimiterOfAncestor(splitter: Splitter, text: Buffer): 3 | 4 | false {
  let child = splitter.node
  for (let height = 0; height < ANCESTORS_MAX; height++) {
    const owner = child._parentBoundaryOwner
    if (owner === false) return false
    const found = matched(text, owner._boundary)
    if (found !== 0) {
      flushHead(splitter)
      // The library now goes on as if `child` were the part that ends here.
      splitter.node = child
      return found === 1 ? 3 : 4
    }
    child = owner
  }
  return false
}

/** Behind its last boundary a multipart that goes on is no epilogue. */
function reopened(splitter: Splitter, text: Buffer): 1 | false {
  if (!splitter.inEpilogue || matched(text, splitter.node._boundary) !== 1) return false
  return 1
}

/** A part without an empty line below its headers: is this its first boundary? */
function beginEarly(splitter: Splitter, text: Buffer): void {
  const { node } = splitter
  if (node._headerlen === 0 || node.headers !== false) return
  const around = node._parentBoundaryOwner
  if (around !== false && matched(text, around._boundary) !== 0) return
  const declared = Buffer.concat(node._headersLines).toString('latin1')
  const wanted = text.toString('latin1').replace(/--$/, '')
  if (!/^content-type\s{0,9}:\s{0,9}multipart\//im.test(declared)) return
  if (!declared.includes(wanted)) return
  flushHead(splitter)
  splitter.state = IN_BODY
}

/** The library drops a part that has headers only; without its content nobody misses it, but it was there. */
function flushHead(splitter: Splitter): void {
  const { node, state } = splitter
  if (state !== IN_HEAD || node._headerlen === 0 || node.headers !== false) return
  node.parseHeaders()
  splitter.push(node)
}

/** 1: next part, 2: last boundary, 0: another line. Neither side has white space at its end. */
function matched(text: Buffer, boundary: Buffer | false): 0 | 1 | 2 {
  if (boundary === false || boundary.length === 0 || text.length < boundary.length) return 0
  if (text.length === boundary.length) return text.equals(boundary) ? 1 : 0
  if (text[text.length - 1] !== DASH || text[text.length - 2] !== DASH) return 0
  return withoutPadding(text.subarray(0, -2)).equals(boundary) ? 2 : 0
}

/** RFC 2046 §5.1.1: no boundary ends with a space, so one that does was quoted with its padding. */
function withoutPadding(text: Buffer): Buffer {
  let end = text.length
  while (end > 0 && isPadding(text[end - 1])) end--
  return text.subarray(0, end)
}

/** What follows the two dashes of a line, without its end and padding (RFC 2046 §5.1.1); or null. */
function delimiterText(line: Buffer): Buffer | null {
  let start = 0
  if (line[start] === CARRIAGE_RETURN) start++
  if (line[start] === LINE_FEED) start++
  if (line[start] !== DASH || line[start + 1] !== DASH) return null
  const text = withoutPadding(line.subarray(start + 2))
  return text.length === 0 ? null : text
}

const isPadding = (byte: number | undefined): boolean =>
  byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === 0x20 || byte === 0x09

const FIELD = /^[!-9;-~]{1,200}[ \t]*:/
const PARAMETER = /^[\w*-]{1,60}=/

/**
 * Lines at the end of a part's headers that are none: the beginning of a content that forgot its
 * empty line. Parameters that lost their indentation stay with the headers.
 */
export function contentAmongHeaders(lines: readonly Buffer[]): Buffer {
  let last = -1
  let open = false
  lines.forEach((line, index) => {
    const text = line.toString('latin1').trimEnd()
    const continues = last === index - 1 && (/^[ \t]/.test(text) || (open && PARAMETER.test(text)))
    if (continues || FIELD.test(text)) last = index
    open = text.endsWith(';')
  })
  const rest = lines.slice(last + 1)
  const isBlank = rest.every((line) => line.every((byte) => isPadding(byte)))
  return isBlank ? Buffer.alloc(0) : Buffer.concat(rest)
}
