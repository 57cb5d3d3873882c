/** What must be true of a desk after whatever happened to its daemons: the oracle's expectations. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { loadLifecycle } from '../../src/lifecycles.ts'
import type { Store } from '../../src/store/open.ts'
import { brokenInvariants, damageOf } from '../../src/store/reads/invariants.ts'
import { auditIncoming, auditOutgoing, countsOf, type Incoming, type Outgoing } from './oracle.ts'
import { countDone, hurryUndecided, isQuiet, keptComments, owedMail } from './read-desk.ts'
import { openingOf, type Traffic } from './traffic.ts'

/**
 * Waits until everything has its fate: mail in, answers of agents, mail out. However much there is: it
 * fails when nothing came to its end for `stallMs`. `hurry`: what need not be waited for as long as it
 * says.
 */
export async function untilDrained(
  store: Store,
  traffic: Traffic,
  stallMs: number,
  hurry: (store: Store) => Promise<void> = hurryUndecided,
): Promise<void> {
  let done = -1
  let since = Date.now()
  for (;;) {
    await hurry(store)
    // What it sends makes the agent answer, so both are looked at after one another.
    if ((await isQuiet(store, traffic.mails)) && traffic.api.isIdle) return
    const now = (await countDone(store)) + traffic.api.acknowledged
    if (now > done) since = Date.now()
    done = Math.max(done, now)
    if (Date.now() - since > stallMs) {
      throw new Error(`nothing came to its end for ${stallMs} ms, and not all has`)
    }
    await delay(LOOK_EVERY_MS)
  }
}

const LOOK_EVERY_MS = 250

export interface Report {
  readonly incoming: Incoming
  readonly outgoing: Outgoing
  /** People's replies among what was delivered. */
  readonly replies: number
  readonly deliveries: number
}

/** Compares the ledgers with the desk, and expects everything that holds whatever happened. */
export async function expectNothingLost(store: Store, traffic: Traffic): Promise<Report> {
  expect(await brokenInvariants(store.read, loadLifecycle('default'))).toEqual([])
  expect(await damageOf(store)).toEqual([])
  const incoming = auditIncoming(traffic.sent.entries, await keptComments(store.read))
  expect({ ...incoming, recovered: [] }).toEqual({
    lost: [],
    unexpected: [],
    duplicated: [],
    changed: [],
    recovered: [],
  })
  await expectConversations(store)
  const owed = await owedMail(store.read)
  const outgoing = auditOutgoing(owed, traffic.delivered.entries)
  const { lost, unexpected, changed, duplicated } = outgoing
  expect({ lost, unexpected, changed, duplicated }).toEqual({
    lost: [],
    unexpected: [],
    changed: [],
    duplicated: [],
  })
  const byPeople = new Set(owed.filter(({ automatic }) => !automatic).map(({ id }) => id))
  const deliveries = traffic.delivered.entries.length
  const replies = traffic.delivered.entries.filter(({ id }) => byPeople.has(id)).length
  return { incoming, outgoing, replies, deliveries }
}

/** One ticket for each mail that opened one, and its answers on it. */
async function expectConversations(store: Store): Promise<void> {
  const rows: { message_id: string; ticket_id: number }[] = await store
    .read('comments')
    .whereNotNull('message_id')
    .select('message_id', 'ticket_id')
  const ticketOf = new Map(rows.map((row) => [row.message_id, row.ticket_id]))
  const strayed = [...ticketOf].filter(([id, ticket]) => ticketOf.get(openingOf(id)) !== ticket)
  expect(strayed).toEqual([])
  const openings = [...ticketOf.keys()].filter((id) => openingOf(id) === id)
  expect(new Set(openings.map((id) => ticketOf.get(id))).size).toBe(openings.length)
  expect(await store.read('tickets').select('id')).toHaveLength(openings.length)
}

/** The figures of a run on one line. */
export const figuresOf = ({ incoming, outgoing, replies, deliveries }: Report): string =>
  JSON.stringify({ in: countsOf(incoming), out: countsOf(outgoing), replies, deliveries })
