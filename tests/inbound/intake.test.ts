/** From stored mail to tickets, comments, and what we owe people for it. */
import { expect, test } from 'vitest'
import { changeTicket } from '../../src/desk/change-ticket.ts'
import { listParticipants } from '../../src/store/participants.ts'
import { ensureUser, updateUser } from '../../src/store/users.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { anAddress, onDesk } from '../kit/desk-context.ts'
import {
  afterMail,
  arrive,
  AT_ONCE,
  desk,
  fatesOf,
  headerOf,
  mailTo,
  owed,
  replyFrom,
  textOf,
} from './intake-desk.ts'
import { commentsOf, listTickets } from './tickets-of.ts'

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

    test('the events of a ticket name the rule by which mail came to it', async () => {
      await afterMail(fresh, [aMail()])
      await arrive(aMail({ headers: { Subject: 'Re: [#1] The printer' } }))
      const rows = await desk.store
        .read('events')
        .where({ ticket_id: 1 })
        .orderBy('id')
        .select('type', 'data')
      const told = rows.map(({ type, data }) => [type, JSON.parse(String(data)).because])
      expect(told.filter(([type]) => type.endsWith('created'))).toEqual([
        ['ticket.created', 'a new conversation'],
        ['comment.created', 'a new conversation'],
        ['comment.created', 'the sender takes part in the ticket'],
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

    test('a customer’s #assign is plain text', async () => {
      await afterMail(fresh, [aMail()])
      await arrive(await replyFrom('ana@customer.test', '#assign bruno\n\nThank you.'))
      expect(await listTickets(desk)).toMatchObject([{ status: 'open', commentsCount: 2 }])
      expect((await commentsOf(desk, 1))[1]?.text).toContain('#assign')
    })

    test('a customer’s token in a stranger’s hands opens a ticket of his own', async () => {
      await afterMail(fresh, [aMail()])
      const stolen = { From: 'mallory@stranger.test', Cc: 'eve@stranger.test' }
      await arrive(await replyFrom('ana@customer.test', 'Tell me all.', stolen))
      expect(await listTickets(desk)).toMatchObject([{ commentsCount: 1 }, { commentsCount: 1 }])
      const people = await listParticipants(desk.store.read, [1])
      expect(people.map(({ email }) => email)).toEqual(['ana@customer.test'])
    })

    test('bad input 84: a reply on a closed ticket opens a follow-up', async () => {
      await afterMail(fresh, [aMail()])
      const input = {
        ticketId: 1,
        change: { status: 'closed' },
        author: { type: 'system' as const, user: null },
      }
      await desk.write((tx) => changeTicket(tx, desk.context, input, new Date()))
      await arrive(await replyFrom('ana@customer.test', 'It burns again.'))
      expect(await listTickets(desk)).toMatchObject([
        { status: 'closed', commentsCount: 1 },
        { status: 'open', followUpOf: 1 },
      ])
    })

    test('within the reopen window the closed ticket opens again', async () => {
      await afterMail(fresh, [aMail()], { ...AT_ONCE, inbox: { reopen_window: '7d' } })
      const input = {
        ticketId: 1,
        change: { status: 'closed' },
        author: { type: 'system' as const, user: null },
      }
      await desk.write((tx) => changeTicket(tx, desk.context, input, new Date()))
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

    const PROVEN: readonly [results: string, repeated: boolean, status: string][] = [
      ['dmarc=pass header.from=customer.test', true, 'queued'],
      ['spf=pass smtp.mailfrom=ana@customer.test', true, 'queued'],
      [
        'spf=pass smtp.mailfrom=evil.test; dmarc=fail header.from=customer.test',
        false,
        'suppressed',
      ],
      ['spf=fail; dmarc=none', false, 'suppressed'],
      // Whoever owns a domain passes SPF for it, and may write any From.
      ['spf=pass smtp.mailfrom=x@evil.test; dmarc=none', false, 'suppressed'],
      ['spf=pass smtp.helo=mail.evil.test; dmarc=none', false, 'suppressed'],
      ['spf=pass smtp.mailfrom=bounces@mail.customer.test; dmarc=none', true, 'queued'],
      ['spf=pass', true, 'queued'],
      // A mailing service has its own envelope, and the customer's signature.
      [
        'spf=pass smtp.mailfrom=service.test; dkim=pass header.d=customer.test; dmarc=none',
        true,
        'queued',
      ],
    ]
    test.each(PROVEN)(
      'authenticated by our server with %s: subject repeated? %s',
      async (results, repeated, outcome) => {
        const inbox = { authserv_id: 'mx.acme.test' }
        const headers = { 'Authentication-Results': `mx.acme.test; ${results}` }
        await afterMail(fresh, [aMail({ headers })], { ...AT_ONCE, inbox })
        const row = await mailTo('ana@customer.test')
        expect(row.outcome).toBe(outcome)
        expect((await textOf(row)).includes('The printer')).toBe(repeated)
      },
    )

    test('a known customer’s address that somebody else uses (dmarc=fail) repeats nothing', async () => {
      const inbox = { authserv_id: 'mx.acme.test' }
      const by = (result: string, Subject: string) => {
        const results = `mx.acme.test; dmarc=${result} header.from=customer.test`
        return aMail({ headers: { Subject, 'Authentication-Results': results } })
      }
      await afterMail(fresh, [by('pass', 'Mine'), by('fail', 'Free Nitro')], { ...AT_ONCE, inbox })
      const acknowledgements = (await desk.outbox()).filter(
        ({ kind }) => kind === 'acknowledgement',
      )
      const subjects = (await Promise.all(acknowledgements.map(textOf))).map((source) =>
        headerOf(source, 'Subject'),
      )
      expect(subjects[0]).toBe('Re: Mine')
      expect(subjects[1]).not.toContain('Nitro')
    })

    test('who only began to register an address does not vouch for its mail', async () => {
      await afterMail(fresh, [])
      const email = anAddress('ana@customer.test')
      for (const [state, repeated] of [
        ['unverified', false],
        ['active', true],
      ] as const) {
        await desk.store.transaction(async (tx) => {
          const person = { email, name: null, role: 'customer', state } as const
          const { user } = await ensureUser(tx, person, new Date())
          await updateUser(tx, user.id, { state })
        })
        await arrive(aMail({ headers: { Subject: `Free Nitro ${state}` } }))
        const sent = (await desk.outbox()).filter(({ kind }) => kind === 'acknowledgement').at(-1)
        const subject = sent === undefined ? '' : headerOf(await textOf(sent), 'Subject')
        expect([state, subject.includes('Nitro')]).toEqual([state, repeated])
      }
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
