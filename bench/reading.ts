/** Reading mails without a desk: by mailparser alone, and as `explain` reads them. */
import path from 'node:path'
import { simpleParser } from 'mailparser'
import { readMessage } from '../src/inbound/parser/read-message.ts'
import { mails } from './corpus.ts'
import { inDirectory } from './with-daemon.ts'

/** Read before the clock starts, for either side: compiled code. */
const WARM_UP = 3_000

/** Mails a second of mailparser and nothing else, in this process: the machine's own limit. */
export function mailparserRate(count: number): Promise<number> {
  return rateOf(count, (source) => simpleParser(source))
}

/** The same mails through our own reading: MIME, text, quotes, forwards, bounces, language. */
export function readingRate(count: number): Promise<number> {
  return inDirectory((directory) => {
    let index = 0
    return rateOf(count, (source) => {
      const scratchDir = path.join(directory, String(index++))
      return readMessage(source, { mode: 'full', scratchDir })
    })
  })
}

async function rateOf(count: number, read: (source: Buffer) => Promise<unknown>): Promise<number> {
  for (const { source } of mails({ count: WARM_UP, seed: 2 })) await read(source)
  const sources = mails({ count }).map(({ source }) => source)
  const started = performance.now()
  for (const source of sources) await read(source)
  return (1_000 * sources.length) / (performance.now() - started)
}
