/** Answers that are somebody else's bytes: to be saved, never to be shown or run by a browser. */
import type { Readable } from 'node:stream'
import { type ByteRange, partOf } from './byte-range.ts'
import type { Answer } from './route.ts'

export interface Downloaded extends Answer {
  readonly body: Readable
}

export interface Download {
  readonly contentType: string
  readonly filename: string
  /** In bytes; undefined: not known. */
  readonly size?: number
  /** An entity tag, with its quotes. */
  readonly etag?: string
  /** What part of it is wanted; null: all. Undefined: parts cannot be asked for. */
  readonly range?: ByteRange | null
}

/** The filename goes out as RFC 6266 §5 says: once in ASCII, once in UTF-8. */
export function download(content: Readable, file: Download): Downloaded {
  const { contentType, filename, size, etag, range } = file
  const part = range ?? null
  const length = part === null ? size : part.end + 1 - part.start
  return {
    ...(part === null ? {} : { status: 206 }),
    body: part === null ? content : partOf(content, part),
    headers: {
      'Content-Type': contentType,
      'Content-Disposition': dispositionOf(filename),
      // Should a browser open it all the same, it can do nothing.
      'Content-Security-Policy': `default-src 'none'; sandbox`,
      ...(length === undefined ? {} : { 'Content-Length': String(length) }),
      ...(range === undefined ? {} : { 'Accept-Ranges': 'bytes' }),
      ...(part === null ? {} : { 'Content-Range': `bytes ${part.start}-${part.end}/${size}` }),
      ...(etag === undefined ? {} : { ETag: etag }),
    },
  }
}

/** RFC 8187 §3.2.1: what may stand as it is. */
const NEEDS_ESCAPE = /['()*]/g

function dispositionOf(filename: string): string {
  const ascii = filename.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_')
  if (ascii === filename) return `attachment; filename="${ascii}"`
  const utf8 = encodeURIComponent(Buffer.from(filename).toString()).replace(
    NEEDS_ESCAPE,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${utf8}`
}
