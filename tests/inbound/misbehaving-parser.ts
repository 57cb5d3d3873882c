/** A parser process that does what the message says: how the pool is tested. */
import { getPriority } from 'node:os'
import type { Leave, ParseRequest } from '../../src/inbound/parser/protocol.ts'
import { readMessage } from '../../src/inbound/parser/read-message.ts'

let before: Promise<void> = Promise.resolve()
process.on('message', (asked: ParseRequest | Leave) => {
  // Who does not listen reads in vain.
  if (!('leave' in asked)) before = before.then(() => obey(asked))
})
process.on('disconnect', () => process.exit(0))

process.send?.({ kind: 'ready' })

async function obey({ id, source, mode, scratchDir }: ParseRequest): Promise<void> {
  const text = 'file' in source ? '' : Buffer.from(source).toString()
  if (mode === 'full' && text.includes('please crash')) process.exit(1)
  if (mode === 'full' && text.includes('please hang')) for (;;) Math.random()
  if (mode === 'full' && text.includes('please eat')) eat()
  if (text.includes('please dawdle')) dawdle()
  if (mode === 'full' && text.includes('please leak')) await leak()
  if (text.includes('please say')) {
    const parsed = await readMessage(Buffer.from(`\r\n${getPriority()}`), { mode, scratchDir })
    process.send?.({ kind: 'parsed', id, parsed })
    return
  }
  const parsed = await readMessage(source, { mode, scratchDir })
  process.send?.({ kind: 'parsed', id, parsed })
}

/** Slow, but in time. */
function dawdle(): void {
  const until = Date.now() + 900
  while (Date.now() < until) Math.random()
}

/** Fills the JavaScript heap. */
function eat(): never {
  const kept: object[] = []
  for (;;) kept.push(Array.from({ length: 1_000 }, (_, index) => ({ index })))
}

/** Fills memory outside of the heap, slowly enough to be seen. */
async function leak(): Promise<void> {
  const kept: Buffer[] = []
  for (let count = 0; count < 400; count++) {
    kept.push(Buffer.alloc(5_000_000, count))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
