/**
 * Named places where tests make the daemon fail: killed, hung, late, out of disk. A place costs one
 * look at a flag. Nothing in the program arms one, no setting and no variable does: who wants to must
 * load code of his own into the process, see docs/adr/0011-fault-points.md and tests/faults/arm.mjs.
 */
import { channel } from 'node:diagnostics_channel'

/** In the order in which a mail and its answer pass them. */
export const FAULT_POINTS = [
  'migrate.step',
  'imap.connecting',
  'imap.selected',
  'imap.listed',
  'fetch.received',
  'blob.written',
  'blob.named',
  'fetch.stored',
  'fetch.inserting',
  'fetch.committed',
  'mark.beginning',
  'mark.done',
  'intake.claimed',
  'parse.reading',
  'intake.parsed',
  'take.beginning',
  'take.decided',
  'take.written',
  'take.committed',
  'api.begun',
  'api.committed',
  'send.claiming',
  'send.claimed',
  'smtp.connecting',
  'smtp.envelope',
  'smtp.body',
  'smtp.chunk',
  'smtp.ending',
  'smtp.answered',
  'send.settling',
  'send.settled',
  'backup.copied',
  'stop.draining',
] as const

export type FaultPoint = (typeof FAULT_POINTS)[number]

/** What subscribers get: `holds` are waited for, and fail the work when they reject. */
export interface Passing {
  readonly point: FaultPoint
  readonly holds: Promise<void>[]
}

export const FAULT_CHANNEL = 'postroom.fault-points'

const passings = channel(FAULT_CHANNEL)

/** Undefined, and nothing happens, unless somebody subscribed to the channel. */
export function passing(point: FaultPoint): Promise<unknown> | undefined {
  if (!passings.hasSubscribers) return undefined
  const message: Passing = { point, holds: [] }
  passings.publish(message)
  return Promise.all(message.holds)
}
