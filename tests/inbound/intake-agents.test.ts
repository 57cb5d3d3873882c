/** Agents work by mail, and only agents do. */
import { expect, test } from 'vitest'
import { updateUser } from '../../src/store/users.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import {
  afterMail,
  arrive,
  desk,
  fatesOf,
  headerOf,
  owed,
  replyFrom,
  textOf,
} from './intake-desk.ts'
import { listTickets } from './tickets-of.ts'

eachDatabase(
  'an agent',
  (fresh) => {
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
      'with %s but no token is held, no customer hears of it',
      async (_what, claim) => {
        await afterMail(fresh, [aMail({ headers: { 'Message-ID': '<first@customer.test>' } })])
        const before = await owed()
        await arrive(aMail({ headers: { From: 'bruno@acme.test', ...claim }, text: 'Send money.' }))
        expect(await fatesOf()).toEqual(['ticket', 'quarantined'])
        expect(await owed()).toEqual([...before, 'system bruno@acme.test queued'])
        // Whoever has the quarantine open sees it come.
        const events = await desk.store
          .read('events')
          .where({ type: 'inbox.changed' })
          .select('data')
        expect(events.map(({ data }) => JSON.parse(String(data)))).toMatchObject([
          { inbound_id: 2, fate: 'quarantined' },
        ])
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

    test('who is no agent any more says nothing on tickets he was told of', async () => {
      await afterMail(fresh, [aMail()])
      await arrive(await replyFrom('bruno@acme.test', 'Use water.'))
      const late = await replyFrom('bruno@acme.test', 'I do not work there any more.')
      const bruno = await desk.addUser('bruno@acme.test', 'agent')
      await desk.write((tx) => updateUser(tx, bruno.id, { role: 'customer' }))
      const before = await owed()
      await arrive(late)
      expect(await listTickets(desk)).toMatchObject([
        { id: 1, status: 'pending', commentsCount: 2 },
        { id: 2, requesterId: bruno.id, commentsCount: 1 },
      ])
      const links = await desk.store.read('ticket_links').select('ticket_id', 'related_id')
      expect(links).toEqual([{ ticket_id: 2, related_id: 1 }])
      const after = (await owed()).slice(before.length)
      expect(after.filter((line) => line.includes('customer.test'))).toEqual([])
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
  },
  onDesk,
)
