/** Another Postroom, with a database of its own, at work on the same mailbox. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { answerOf } from '../../src/inbound/fetch-others.ts'
import { answersOfOthers } from '../../src/store/answers-sent.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { anAddress, onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('others')
const parser = sharedParser(scratch)
const SUPPORT = 'support@acme.test'
const ANA = 'ana@customer.test'
const M1 = 'm1@customer.test'
const MINUTE_MS = 60_000
let desk: RunningDesk

afterEach(() => desk?.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const asks = (n: number): string =>
  aMail({ headers: { From: `Ana <${ANA}>`, 'Message-ID': `<m${n}@customer.test>` }, text: `${n}` })

/** The acknowledgement of message `n`, as the other desk sends it. */
const foreign = (n: number, headers: Record<string, string> = {}): string =>
  aMail({
    headers: {
      From: `Support <${SUPPORT}>`,
      To: ANA,
      'Message-ID': `<another${n}@acme.test>`,
      'In-Reply-To': `<m${n}@customer.test>`,
      'Auto-Submitted': 'auto-replied',
      'X-Postroom-Loop': 'another-desk',
      ...headers,
    },
  })

/** The server files what it sends. */
const filed = (source: string | Buffer): void => {
  desk.world.imap.deliver(SUPPORT, source, { folder: 'Sent', internalDate: desk.clock.now() })
}

/** Of message `n`, as its sender got it. */
const acknowledgementOf = (n: number): Promise<Buffer> =>
  until(`acknowledgement ${n}`, () => {
    const mails = desk.world.inboxOf(ANA)
    return mails.find(({ source }) => source.includes(`In-Reply-To: <m${n}@`))?.source
  })

const isElsewhere = (): boolean => desk.context.otherDesks.answer('Support', desk.clock.now())

/** Outcome and detail of what the sender of message `n` is owed, in the order of messages. */
const acknowledgements = async (): Promise<[string, string | null][]> =>
  (await desk.outbox())
    .filter(({ kind }) => kind === 'acknowledgement')
    .map(({ outcome, detail }) => [outcome, detail])

/** Message 1 is acknowledged, by us. */
async function answeredOnce(fresh: Parameters<Parameters<typeof eachDatabase>[1]>[0]) {
  desk = await startDesk(await fresh(), parser)
  desk.start('fetch', 'intake', 'send')
  desk.arrives(asks(1))
  return acknowledgementOf(1)
}

eachDatabase(
  'another desk on the same mailbox',
  (fresh) => {
    test('is seen by what it sends, and nobody is acknowledged while it is there', async () => {
      filed(await answeredOnce(fresh))
      filed(foreign(1))
      desk.clock.advance(3 * MINUTE_MS)
      // The next look: the other one's answer may come to this message, too.
      desk.arrives(asks(2))
      await until('the other desk', isElsewhere)
      desk.arrives(asks(3))
      await desk.untilSettled(3)
      expect((await acknowledgements()).at(-1)).toEqual([
        'suppressed',
        'another Postroom answers the mail of this inbox',
      ])
      desk.clock.advance(61 * MINUTE_MS)
      desk.arrives(asks(4))
      await acknowledgementOf(4)
      expect(isElsewhere()).toBe(false)
    })

    type Filed = [messageId: string, to: string, inReplyTo?: string]
    /** Message-IDs of what another one must have sent. */
    const others = async (...filedAs: Filed[]): Promise<string[]> => {
      const filedAt = desk.clock.now()
      const answers = filedAs.map(([messageId, to, inReplyTo = M1]) => ({
        messageId,
        inReplyTo,
        to: anAddress(to),
        filedAt,
      }))
      const since = new Date(filedAt.getTime() - 60 * MINUTE_MS)
      const found = await answersOfOthers(desk.store.read, 1, { answers, since })
      return found.map(({ messageId }) => messageId)
    }

    test('is told from this one', async () => {
      await answeredOnce(fresh)
      await until('the end of sending', async () =>
        (await desk.outbox()).every(({ outcome }) => outcome === 'sent'),
      )
      const ours = (await desk.outbox()).map(({ messageId, rcptTo }): Filed => [messageId, rcptTo])
      const theirs: Filed = ['x@acme.test', ANA]
      expect(await others(...ours)).toEqual([])
      expect(await others(...ours, theirs)).toEqual(['x@acme.test'])
      // The server gives what we send another Message-ID.
      const renamed: Filed = ['renamed@acme.test', ANA]
      expect(await others(renamed)).toEqual([])
      expect(await others(renamed, theirs)).toEqual(['renamed@acme.test', 'x@acme.test'])
      // About a message that is not here, or whose comment is gone, nothing can be said.
      expect(await others(...ours, ['x@acme.test', ANA, 'm9@customer.test'])).toEqual([])
      // What was sent long ago explains nothing.
      desk.clock.advance(2 * 60 * MINUTE_MS)
      expect(await others(theirs)).toEqual(['x@acme.test'])
      await desk.store.transaction((tx) => tx('inbound_messages').update({ comment_id: null }))
      expect(await others(theirs)).toEqual([])
    })

    test('is told from this one where its ticket became part of another', async () => {
      await answeredOnce(fresh)
      desk.arrives(asks(2))
      await acknowledgementOf(2)
      await desk.untilSettled(2)
      await desk.store.transaction((tx) => tx('comments').update({ ticket_id: 1 }))
      const renamed: Filed[] = [
        ['renamed1@acme.test', ANA],
        ['renamed2@acme.test', ANA, 'm2@customer.test'],
      ]
      expect(await others(...renamed)).toEqual([])
    })
  },
  onDesk,
)

test.each<[string, Record<string, string>]>([
  ['mail from another address', { From: 'Sales <sales@acme.test>' }],
  ['what a person wrote', { 'X-Postroom-Loop': '' }],
])('%s says nothing of another desk', (_, headers) => {
  const head = Buffer.from(`${foreign(1, headers).split(/\r?\n\r?\n/)[0]}\r\n\r\n`)
  expect(answerOf(head, new Set([anAddress(SUPPORT)]))).toBeNull()
  const own = Buffer.from(`${foreign(1).split(/\r?\n\r?\n/)[0]}\r\n\r\n`)
  expect(answerOf(own, new Set([anAddress(SUPPORT)]))).toEqual({
    messageId: 'another1@acme.test',
    inReplyTo: M1,
    to: ANA,
  })
})
