/** Mail that was in hand when daemons died: when that says something about it, and when not. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('intake-deaths')
const parser = sharedParser(scratch)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const MINUTE = 60_000
/** More often than any message is given a chance. */
const DEATHS = 17

eachDatabase(
  'mail that was in hand when many daemons died',
  (fresh) => {
    test.each([
      ['is read when all of them died within a moment', 0, 'ticket'],
      ['is quarantined when it has been here for a while', 3 * MINUTE, 'quarantined'],
    ])('%s', async (_name, ageMs, fate) => {
      desk = await startDesk(await fresh(), parser)
      desk.arrives(aMail())
      desk.start('fetch')
      await until('the mail', () => desk.store.read('inbound_messages').first('id'))
      await desk.stop()
      await desk.write((tx) => tx('inbound_messages').update({ attempts: DEATHS }))
      desk.clock.advance(ageMs)
      desk.start('intake')
      expect(await desk.untilSettled(1)).toMatchObject([{ fate }])
    })
  },
  onDesk,
)
