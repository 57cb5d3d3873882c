/**
 * Reading mails without a desk: by mailparser alone, and as `explain` reads them. In turns, and each
 * turn in a process of its own, as a parser process is: code that both use is compiled for one.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Reader } from './reader.ts'

const TURNS = 3

export interface ReadingRates {
  /** Mails a second of mailparser and nothing else: the machine's own limit. */
  readonly mailparser: number
  /** The same mails through our own reading: MIME, text, quotes, forwards, bounces, language. */
  readonly ours: number
}

export async function readingRates(count: number): Promise<ReadingRates> {
  let mailparser = 0
  let ours = 0
  for (let turn = 0; turn < TURNS; turn++) {
    mailparser += await msOf('mailparser', count)
    ours += await msOf('ours', count)
  }
  const rate = (ms: number): number => (1_000 * TURNS * count) / ms
  return { mailparser: rate(mailparser), ours: rate(ours) }
}

/** Milliseconds for so many mails. */
async function msOf(reader: Reader, count: number): Promise<number> {
  const child = fork(path.join(import.meta.dirname, 'reader.ts'), [reader, String(count)])
  const ended = once(child, 'exit')
  const [ms] = (await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => Promise.reject(new Error(`the reader ended with ${String(code)}`))),
  ])) as [number]
  await ended
  return ms
}
