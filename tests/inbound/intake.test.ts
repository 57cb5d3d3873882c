/** From stored mail to tickets, comments, and what we owe people for it. */
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { changeStatus } from '../../src/desk/change-status.ts'
import { sourceOf, type OutboxMessage } from '../../src/store/outbox.ts'
import { listParticipants } from '../../src/store/tickets.ts'
import { updateUser } from '../../src/store/users.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'
import { commentsOf, listTickets } from './tickets-of.ts'

const scratch = makeScratch('intake')
const parser = sharedParser(scratch)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const AT_ONCE = { agent_notices: { coalesce: '0s' } }

/** A desk that has taken in these mails. */
async function afterMail(
  fresh: () => Promise<Parameters<typeof startDesk>[0]>,
  mails: readonly string[],
  tree: Parameters<typeof startDesk>[2] = AT_ONCE,
): Promise<RunningDesk> {
  desk = await startDesk(await fresh(), parser, tree)
  await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
  await arrive(...mails)
  return desk
}

let arrived = 0
async function arrive(...mails: readonly string[]): Promise<void> {
  await desk.stop()
  const before = await desk.store.read('inbound_messages').select('id')
  for (const mail of mails) desk.arrives(mail)
  arrived = before.length + mails.length
  desk.start('fetch', 'intake')
  await desk.untilSettled(arrived)
}

const textOf = async ({ id }: OutboxMessage): Promise<string> =>
  (await sourceOf(desk.store.read, id))?.toString('latin1') ?? ''

const headerOf = (source: string, name: string): string =>
  new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'im').exec(source)?.[1]?.replace(/\r\n/g, '') ?? ''

/** The newest mail owed to this address. */
async function mailTo(address: string): Promise<OutboxMessage> {
  const row = (await desk.outbox()).findLast(({ rcptTo }) => rcptTo === address)
  if (row === undefined) throw new Error(`nothing is owed to ${address}`)
  return row
}

/** A reply as a mail client makes it: to the Reply-To of the newest mail this person got. */
async function replyFrom(
  from: string,
  text: string,
  headers: Record<string, string | null> = {},
): Promise<string> {
  const source = await textOf(await mailTo(from))
  const id = headerOf(source, 'Message-ID')
  return aMail({
    headers: {
      From: from,
      To: headerOf(source, 'Reply-To'),
      Subject: headerOf(source, 'Subject'),
      'In-Reply-To': id,
      References: id,
      ...headers,
    },
    text,
  })
}

const owed = async (): Promise<string[]> =>
  (await desk.outbox()).map(({ kind, rcptTo, outcome }) => `${kind} ${rcptTo} ${outcome}`)

const fatesOf = async (): Promise<string[]> =>
  (await desk.untilSettled(arrived)).map(({ fate }) => fate)

eachDatabase(
  'taking mail in',
  (fresh) => {
    test('a customer’s mail becomes a ticket, an acknowledgement and a notice', async () => {
      await afterMail(fresh, [aMail()])
      expect(await listTickets(desk)).toMatchObject([
        { subject: 'The printer', status: 'open', requesterSource: 'sender', commentsCount: 1 },
      ])
      expect(await owed()).toEqual([
        'agent_notice bruno@acme.test queued',
        'acknowledgement ana@customer.test queued',
      ])
    })

    test('the same message again is a duplicate and owes nobody anything', async () => {
      const mail = aMail()
      await afterMail(fresh, [mail, mail])
      expect(await fatesOf()).toEqual(['ticket', 'duplicate'])
      expect(await desk.outbox()).toHaveLength(2)
    })

    test('another message with a known Message-ID is no duplicate', async () => {
      const headers = { 'Message-ID': '<same@customer.test>' }
      await afterMail(fresh, [aMail({ headers }), aMail({ headers, text: 'Something else.' })])
      expect(await fatesOf()).not.toContain('duplicate')
    })

    test('a reply with its token is a comment, whatever became of its other headers', async () => {
      await afterMail(fresh, [aMail()])
      const gone = { Subject: 'Something new', 'In-Reply-To': null, References: null }
      await arrive(await replyFrom('ana@customer.test', 'Still burning.', gone))
      expect(await fatesOf()).toEqual(['ticket', 'comment'])
      const [, second] = await commentsOf(desk, 1)
      expect(second).toMatchObject({ text: 'Still burning.', authorType: 'customer' })
      expect(await owed()).toHaveLength(3)
    })

    test('a customer’s #close is plain text', async () => {
      await afterMail(fresh, [aMail()])
      await arrive(await replyFrom('ana@customer.test', '#close\n\nThank you.'))
      expect(await listTickets(desk)).toMatchObject([{ status: 'open', commentsCount: 2 }])
      expect((await commentsOf(desk, 1))[1]?.text).toContain('#close')
    })

    test('a customer’s token in a stranger’s hands opens a ticket of his own', async () => {
      await afterMail(fresh, [aMail()])
      const stolen = { From: 'mallory@stranger.test', Cc: 'eve@stranger.test' }
      await arrive(await replyFrom('ana@customer.test', 'Tell me all.', stolen))
      expect(await listTickets(desk)).toMatchObject([{ commentsCount: 1 }, { commentsCount: 1 }])
      const people = await listParticipants(desk.store.read, [1])
      expect(people.map(({ email }) => email)).toEqual(['ana@customer.test'])
    })

    test('a reply on a closed ticket opens a follow-up', async () => {
      await afterMail(fresh, [aMail()])
      const input = { ticketId: 1, word: 'closed', author: { type: 'system' as const, user: null } }
      await desk.write((tx) => changeStatus(tx, desk.context, input, new Date()))
      await arrive(await replyFrom('ana@customer.test', 'It burns again.'))
      expect(await listTickets(desk)).toMatchObject([
        { status: 'closed', commentsCount: 1 },
        { status: 'open', followUpOf: 1 },
      ])
    })

    test('within the reopen window the closed ticket opens again', async () => {
      await afterMail(fresh, [aMail()], { ...AT_ONCE, inbox: { reopen_window: '7d' } })
      const input = { ticketId: 1, word: 'closed', author: { type: 'system' as const, user: null } }
      await desk.write((tx) => changeStatus(tx, desk.context, input, new Date()))
      await arrive(await replyFrom('ana@customer.test', 'It burns again.'))
      expect(await listTickets(desk)).toMatchObject([{ status: 'open', commentsCount: 2 }])
    })

    test('five hundred people copied add nobody', async () => {
      const many = Array.from({ length: 500 }, (_, n) => `p${n}@example.org`).join(', ')
      await afterMail(fresh, [aMail({ headers: { Cc: many } })])
      const people = await listParticipants(desk.store.read, [1])
      expect(people.map(({ email }) => email)).toEqual(['ana@customer.test'])
      expect(await desk.store.read('users').select('id')).toHaveLength(2)
    })

    describe('an agent', () => {
      const withCopy = () => aMail({ headers: { Cc: 'Kim <kim@example.org>' } })

      test('answers by replying to a notice, and stays hidden behind the desk', async () => {
        await afterMail(fresh, [withCopy()])
        await arrive(await replyFrom('bruno@acme.test', 'Use water.'))
        expect((await owed()).slice(2)).toEqual([
          'reply ana@customer.test queued',
          'reply kim@example.org queued',
        ])
        expect(await listTickets(desk)).toMatchObject([{ status: 'pending', commentsCount: 2 }])
        for (const row of (await desk.outbox()).slice(2)) {
          const source = await textOf(row)
          expect(source).toContain('Use water.')
          expect(source).not.toContain('bruno@acme.test')
          expect(headerOf(source, 'From')).toBe('"Bruno (Support)" <support@acme.test>')
        }
      })

      const CLAIMS: readonly [string, Record<string, string>][] = [
        ['the subject tag', { Subject: '[#1] The printer' }],
        ['a known Message-ID', { 'In-Reply-To': '<first@customer.test>' }],
      ]
      test.each(CLAIMS)(
        'with %s but no token is held, and nothing is sent',
        async (_what, claim) => {
          await afterMail(fresh, [aMail({ headers: { 'Message-ID': '<first@customer.test>' } })])
          const before = await owed()
          await arrive(
            aMail({ headers: { From: 'bruno@acme.test', ...claim }, text: 'Send money.' }),
          )
          expect(await fatesOf()).toEqual(['ticket', 'quarantined'])
          expect(await owed()).toEqual(before)
        },
      )

      test('who was disabled is held, with or without his old token', async () => {
        await afterMail(fresh, [aMail()])
        const reply = await replyFrom('bruno@acme.test', 'From home.')
        const bruno = await desk.addUser('bruno@acme.test', 'agent')
        await desk.write((tx) => updateUser(tx, bruno.id, { state: 'disabled' }))
        const claim = aMail({ headers: { From: 'bruno@acme.test', Subject: '[#1] The printer' } })
        await arrive(reply, claim)
        expect(await fatesOf()).toEqual(['ticket', 'quarantined', 'quarantined'])
        expect(await listTickets(desk)).toMatchObject([{ commentsCount: 1 }])
      })

      test('whose mail his gateway calls bulk is held: no customer wrote it', async () => {
        await afterMail(fresh, [aMail()])
        await arrive(await replyFrom('bruno@acme.test', 'Use water.', { Precedence: 'bulk' }))
        expect(await fatesOf()).toEqual(['ticket', 'quarantined'])
      })

      test('whose mail cannot be read as usual is held: quotes would go out with it', async () => {
        await afterMail(fresh, [aMail()])
        const mixed = { 'Content-Type': 'multipart/mixed; boundary="x"' }
        const text = `--x\nX-Long: ${'y'.repeat(70_000)}\n\nUse water.\n--x--`
        await arrive(await replyFrom('bruno@acme.test', text, mixed))
        expect(await fatesOf()).toEqual(['ticket', 'quarantined'])
        expect((await owed()).filter((line) => line.startsWith('reply'))).toEqual([])
      })
    })

    const ODD: readonly [what: string, headers: Record<string, string | null | string[]>][] = [
      ['no From', { From: null }],
      ['an unusable From', { From: 'nobody at all' }],
      ['two From headers', { From: ['ana@customer.test', 'mallory@stranger.test'] }],
      ['two addresses in From', { From: 'ana@customer.test, mallory@stranger.test' }],
    ]
    test.each(ODD)(
      'mail with %s is a ticket that nobody is thanked for',
      async (_what, headers) => {
        await afterMail(fresh, [aMail({ headers })])
        expect(await fatesOf()).toEqual(['ticket'])
        expect(await owed()).toEqual(['agent_notice bruno@acme.test queued'])
        expect(await listTickets(desk)).toMatchObject([{ requesterId: null }])
      },
    )

    const THIN: readonly [what: string, mail: string][] = [
      ['no Message-ID', aMail({ headers: { 'Message-ID': null } })],
      ['no Date', aMail({ headers: { Date: null } })],
      ['no Subject', aMail({ headers: { Subject: null } })],
      ['no body', aMail({ text: '' })],
      [
        'a boundary that never comes',
        aMail({ headers: { 'Content-Type': 'multipart/mixed; boundary=x' } }),
      ],
      [
        'NULs everywhere',
        aMail({ headers: { Subject: 'a\0b', From: 'A\0na <ana@customer.test>' }, text: 'x\0y' }),
      ],
      ['only a header', 'From: ana@customer.test'],
      ['only garbage', '\xff\xfe\0\0garbage'],
      ['only a line end', '\r\n'],
    ]
    test.each(THIN)('mail with %s becomes a ticket', async (_what, mail) => {
      await afterMail(fresh, [mail])
      expect(await fatesOf()).toEqual(['ticket'])
      expect(await listTickets(desk)).toHaveLength(1)
    })
  },
  onDesk,
)
