/**
 * Entry of the parser process: one message at a time, in over IPC, out over IPC, in their order.
 *
 * It has an empty environment, knows no secrets and opens no connections. Whatever a hostile
 * message does, it does it here; the parent kills this process when it takes too long or too much.
 */
import { messageOf } from '../../errors.ts'
import { passing } from '../../fault-points.ts'
import type { Leave, ParseRequest, ParseResponse } from './protocol.ts'
import { readMessage } from './read-message.ts'

/** Resolved when everything before is answered. */
let before: Promise<void> = Promise.resolve()
const left = new Set<number>()
process.on('message', (asked: ParseRequest | Leave) => {
  if ('leave' in asked) for (const id of asked.leave) left.add(id)
  else before = before.then(() => answer(asked))
})
// The parent is gone: nobody needs this process.
process.on('disconnect', () => process.exit(0))
// The parent decides when to stop; a Ctrl-C for the group must not look like a crash here.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('SIGHUP', () => {})

send({ kind: 'ready' })

async function answer({ id, source, mode, scratchDir }: ParseRequest): Promise<void> {
  if (left.delete(id)) return send({ kind: 'left', id })
  try {
    await passing('parse.reading')
    const parsed = await readMessage(source, { mode, scratchDir })
    send({ kind: 'parsed', id, parsed })
  } catch (error) {
    send({ kind: 'failed', id, reason: messageOf(error) })
  }
}

function send(response: ParseResponse): void {
  process.send?.(response)
}
