/** However much mail waits and however slow it is to read, intake has no more in hand than it can hold. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterAll, afterEach, expect, test } from 'vitest'
import { FAULT_CHANNEL, type Passing } from '../../src/fault-points.ts'
import type { Parser } from '../../src/inbound/parse.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('in-hand')
const real = sharedParser(scratch)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await real.close()
  removeScratch(scratch)
})

const MINUTE = 60_000
const MB = 1024 * 1024

/** Reads like the real one, but nothing before it is let go. */
function holding(): { parser: Parser; asked: () => number; letGo: () => void } {
  let asked = 0
  let letGo = (): void => {}
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const parser: Parser = {
    ...real,
    warm: () => {},
    close: () => real.close(),
    parse: async (source, mode) => {
      asked += 1
      await gate
      return real.parse(source, mode)
    },
  }
  return { parser, asked: () => asked, letGo }
}

/** A desk with so much mail in the ledger, which says of each that it is so large. */
async function withWaiting(count: number, size?: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    desk.arrives(aMail({ headers: { From: `c${n}@customer.test`, Subject: `About ${n}` } }))
  }
  desk.start('fetch')
  const stored = () => desk.store.read('inbound_messages').select('id')
  await until('the mail', async () => (await stored()).length === count)
  await desk.stop()
  if (size !== undefined) await desk.write((tx) => tx('inbound_messages').update({ size }))
}

const attempts = async (): Promise<number[]> =>
  (await desk.store.read('inbound_messages').orderBy('id').pluck('attempts')) as number[]

const claimed = async (): Promise<number> => (await attempts()).filter((tries) => tries > 0).length

/** Until intake has claimed once more, or has seen that it must not. */
const untilLooked = (): Promise<void> =>
  new Promise((resolve) => {
    const look = (message: unknown): void => {
      if ((message as Passing).point !== 'intake.claimed') return
      unsubscribe(FAULT_CHANNEL, look)
      resolve()
    }
    subscribe(FAULT_CHANNEL, look)
  })

eachDatabase(
  'intake',
  (fresh) => {
    test('claims no more than it can have in hand, and that once', async () => {
      const { parser, asked, letGo } = holding()
      desk = await startDesk(await fresh(), parser)
      await withWaiting(70)
      desk.start('intake')
      await until('a full hand', () => asked() === 64)
      await untilLooked()
      expect(await claimed()).toBe(64)
      // Longer than a claim lasts.
      desk.clock.advance(6 * MINUTE)
      await untilLooked()
      expect(asked()).toBe(64)
      letGo()
      const rows = await desk.untilSettled(70)
      expect(rows.map(({ fate, attempts }) => [fate, attempts])).toEqual(
        rows.map(() => ['ticket', 1]),
      )
    })

    test('reads no more bytes at once than it can hold, but one message whatever its size', async () => {
      const { parser, asked, letGo } = holding()
      desk = await startDesk(await fresh(), parser)
      await withWaiting(5, 40 * MB)
      await desk.write((tx) =>
        tx('inbound_messages')
          .where({ id: 1 })
          .update({ size: 90 * MB }),
      )
      desk.start('intake')
      await until('a full hand', () => asked() === 1)
      await untilLooked()
      expect(asked()).toBe(1)
      letGo()
      const rows = await desk.untilSettled(5)
      expect(rows.map(({ fate }) => fate)).toEqual(rows.map(() => 'ticket'))
    })
  },
  onDesk,
)
