/** Reads mails in one way, and says how many milliseconds that took. */
import path from 'node:path'
import { simpleParser } from 'mailparser'
import { readMessage } from '../src/inbound/parser/read-message.ts'
import { mails } from './corpus.ts'
import { inDirectory } from './with-daemon.ts'

export type Reader = 'mailparser' | 'ours'

/** Read before the clock starts: compiled code. */
const WARM_UP = 3_000

const [, , reader, count] = process.argv
const ms = await inDirectory(async (directory) => {
  let index = 0
  const read = (source: Buffer): Promise<unknown> =>
    (reader as Reader) === 'mailparser'
      ? simpleParser(source)
      : readMessage(source, { mode: 'full', scratchDir: path.join(directory, String(index++)) })
  for (const { source } of mails({ count: WARM_UP, seed: 2 })) await read(source)
  const sources = mails({ count: Number(count) }).map(({ source }) => source)
  const started = performance.now()
  for (const source of sources) await read(source)
  return performance.now() - started
})
process.send?.(ms, undefined, undefined, () => process.disconnect())
