/** What customers and agents are told, as the bytes that are owed to them. */
import { afterEach, expect, test } from 'vitest'
import { addComment } from '../../src/desk/add-comment.ts'
import { changeTicket } from '../../src/desk/change-ticket.ts'
import { type Said, saidByApi } from '../../src/desk/context.ts'
import { openTicket, type OpenTicketInput } from '../../src/desk/open-ticket.ts'
import { domainOf } from '../../src/mail/address.ts'
import { listOutbox, type OutboxMessage, sourceOf } from '../../src/store/outbox.ts'
import { ensureContact } from '../../src/store/users.ts'
import type { User } from '../../src/ticket/user.ts'
import { eachDatabase } from '../kit/databases.ts'
import { anAddress, type Desk, onDesk, openDesk } from '../kit/desk-context.ts'
import { opening } from '../kit/opening.ts'

let desk: Desk
const AT = new Date('2026-07-06T10:00:00Z')
const later = (ms: number) => new Date(AT.getTime() + ms)

afterEach(() => desk.close())

const contact = (email: string, name: string | null = null): Promise<User> =>
  desk.write((tx) => ensureContact(tx, { address: anAddress(email), name }, AT))

async function opened(more: Partial<OpenTicketInput> = {}, at = AT): Promise<number> {
  const requester = more.requester ?? (await contact('ana@customer.test', 'Ana'))
  const input = opening(desk.inboxes[0]?.id ?? null, requester, more)
  return (await desk.write((tx) => openTicket(tx, desk.context, input, at))).ticket.id
}

async function comment(
  ticketId: number,
  user: User,
  more: { said?: Partial<Said>; type?: 'agent' | 'customer'; at?: Date } = {},
): Promise<void> {
  const { type = 'agent', at = later(1_000) } = more
  const input = {
    ticketId,
    visibility: 'public' as const,
    author: { type, user },
    said: { ...saidByApi('Use water.'), ...more.said },
    moveTo: null,
    mailOut: type === 'agent',
    notifyAgents: type === 'customer',
    reopening: false,
  }
  await desk.write((tx) => addComment(tx, desk.context, input, at))
}

const outbox = async (): Promise<OutboxMessage[]> =>
  (await listOutbox(desk.store.read, { limit: 100 })).toReversed()

const textOf = async (row: OutboxMessage | undefined): Promise<string> =>
  (await sourceOf(desk.store.read, row?.id ?? 0))?.source.toString() ?? ''

const mailFromOf = async (row: OutboxMessage | undefined): Promise<string | undefined> =>
  (await sourceOf(desk.store.read, row?.id ?? 0))?.mailFrom

const lastTo = async (email: string): Promise<string> =>
  textOf((await outbox()).findLast(({ rcptTo }) => rcptTo === email))

const owed = async (): Promise<string[]> =>
  (await outbox()).map(({ kind, rcptTo, outcome }) => `${kind} ${rcptTo} ${outcome}`)

eachDatabase(
  'notices',
  (fresh) => {
    test('an acknowledgement goes to the requester alone, and says that a machine wrote it', async () => {
      desk = await openDesk(await fresh())
      await opened({ copied: [await contact('kim@example.org')] })
      expect(await owed()).toEqual(['acknowledgement ana@customer.test queued'])
      const mail = await lastTo('ana@customer.test')
      expect(mail).toContain('Subject: Re: The printer\r\n')
      expect(mail).toContain('Auto-Submitted: auto-replied\r\n')
      expect(mail).not.toContain('kim@example.org')
    })

    test('nothing an unverified sender wrote is in his acknowledgement, not even his name', async () => {
      desk = await openDesk(await fresh())
      const requester = await contact('ana@customer.test', 'Free Nitro evil.example')
      const acknowledge = { verified: false, suppress: null }
      await opened({ requester, subject: 'Click evil.example', acknowledge })
      expect(await lastTo('ana@customer.test')).not.toMatch(/Nitro|evil/)
    })

    test('a reply goes to everybody on the ticket, one mail and one token each, all of them visible', async () => {
      desk = await openDesk(await fresh())
      const bruno = await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
      const ticketId = await opened({ copied: [await contact('kim@example.org', 'Kim')] })
      await comment(ticketId, bruno)
      const rows = (await outbox()).filter(({ kind }) => kind === 'reply')
      expect(rows.map(({ rcptTo }) => rcptTo)).toEqual(['ana@customer.test', 'kim@example.org'])
      const sources = await Promise.all(rows.map(textOf))
      const replyTos = sources.map((source) => /^Reply-To: (.*)$/m.exec(source)?.[1])
      expect(new Set(replyTos).size).toBe(2)
      for (const source of sources) {
        expect(source).toMatch(/^To: Ana <ana@customer\.test>\r$/m)
        expect(source).toMatch(/^Cc: Kim <kim@example\.org>\r$/m)
        expect(source).toMatch(/^From: "Bruno \(Support\)" <support@acme\.test>\r$/m)
        expect(source).not.toContain('bruno@acme.test')
        expect(source).not.toContain('Auto-Submitted')
      }
    })

    test('an agent without a name is shown as the inbox', async () => {
      desk = await openDesk(await fresh())
      const nameless = await desk.addUser('bruno@acme.test', 'agent')
      await comment(await opened(), nameless)
      expect(await lastTo('ana@customer.test')).toMatch(/^From: Support <support@acme\.test>\r$/m)
    })

    test('an acknowledgement that has not left is dropped when a person answers', async () => {
      desk = await openDesk(await fresh(), { acknowledgement: { delay: '10min' } })
      const bruno = await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
      await comment(await opened(), bruno)
      expect(await owed()).toEqual([
        'acknowledgement ana@customer.test discarded',
        'reply ana@customer.test queued',
      ])
    })

    test('an acknowledgement that has not left is dropped when the ticket is closed', async () => {
      desk = await openDesk(await fresh(), { acknowledgement: { delay: '10min' } })
      const bruno = await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
      const author = { type: 'agent' as const, user: bruno }
      const closing = { ticketId: await opened(), change: { status: 'closed' }, author }
      const waiting = { ticketId: await opened(), change: { status: 'pending' }, author }
      for (const input of [closing, waiting]) {
        await desk.write((tx) => changeTicket(tx, desk.context, input, later(1_000)))
      }
      const [dropped, kept] = await outbox()
      expect(dropped).toMatchObject({ outcome: 'discarded', detail: 'the ticket was closed first' })
      expect(kept?.outcome).toBe('queued')
    })

    test('an agent who writes first does not pretend to answer', async () => {
      desk = await openDesk(await fresh())
      const bruno = await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
      const subjectTo = async () =>
        /^Subject: (.*)\r$/m.exec(await lastTo('ana@customer.test'))?.[1]
      const author = { type: 'agent' as const, user: bruno }
      const ticketId = await opened({ author, acknowledge: null, mailOpening: true })
      expect(await subjectTo()).toBe('The printer')
      await comment(ticketId, bruno)
      expect(await subjectTo()).toBe('Re: The printer')
    })

    test('a long subject stays as it is', async () => {
      desk = await openDesk(await fresh())
      const subject = 'All work and no play. '.repeat(40).trim()
      await opened({ subject })
      const head = (await lastTo('ana@customer.test')).replace(/\r\n(?=[ \t])/g, '')
      expect(head).toContain(`Subject: Re: ${subject}\r\n`)
    })

    test('a reply waits as long as it may be recalled', async () => {
      desk = await openDesk(await fresh(), { reply_hold: '30s' })
      const bruno = await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
      await comment(await opened(), bruno)
      expect((await outbox()).at(-1)?.dueAt).toEqual(later(31_000))
    })

    const GREETED: readonly [name: string, greeting: string][] = [
      ['Ana Ray', 'Hello Ana Ray,'],
      ['Zoë O’Neill-Ünal', 'Hello Zoë O’Neill-Ünal,'],
      ['李小龍', 'Hello 李小龍,'],
      ['Free Bitcoin at evil.example', 'Hello,'],
      ['ana@customer.test', 'Hello,'],
      ['http evil: click', 'Hello,'],
      ['x'.repeat(61), 'Hello,'],
    ]
    test.each(GREETED)('%s is greeted with %s', async (name, greeting) => {
      desk = await openDesk(await fresh())
      await opened({ requester: await contact('ana@customer.test', name) })
      const mail = (await lastTo('ana@customer.test')).replace(/=\r\n/g, '')
      const body = mail.slice(mail.indexOf('text/plain'))
      const words = Buffer.from(
        body.replace(/=([\dA-F]{2})/g, (_all, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        ),
        'latin1',
      ).toString()
      expect(words.split('\r\n').find((line) => line.startsWith('Hello'))).toBe(greeting)
    })

    test('a file that is too large for mail is told to be missing', async () => {
      desk = await openDesk(await fresh())
      const bruno = await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
      const file = {
        filename: 'a.bin',
        contentType: 'application/pdf',
        inline: false,
        contentId: null,
      }
      const { sha256 } = await desk.context.blobs.put(Buffer.from('small'))
      const large = { ...file, size: 30_000_000, sha256: 'f'.repeat(64) }
      const attachments = [{ ...file, size: 5, sha256 }, large, large]
      await comment(await opened(), bruno, { said: { attachments } })
      const mail = await lastTo('ana@customer.test')
      expect(mail.match(/filename=a\.bin/g)).toHaveLength(1)
      expect(mail).toContain('2 files were too large for email.')
    })

    test('people who read other languages get one reply, each in his own', async () => {
      desk = await openDesk(await fresh(), { inbox: { time_zone: 'Europe/Berlin', locale: 'fr' } })
      const bruno = await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
      const kim = await contact('kim@example.org', 'Kim')
      await desk.write((tx) => tx('users').where({ id: kim.id }).update({ locale: 'ja' }))
      const lee = await contact('lee@example.org', 'Lee')
      await comment(await opened({ copied: [kim, lee], locale: 'de-AT' }), bruno)
      const languages = await Promise.all(
        ['ana@customer.test', 'kim@example.org', 'lee@example.org'].map(
          async (address) => /^Content-Language: (.*)\r$/m.exec(await lastTo(address))?.[1],
        ),
      )
      expect(languages).toEqual(['de', 'ja', 'de'])
      const mail = (await lastTo('ana@customer.test')).replace(/=\r\n/g, '')
      expect(mail).toContain('Am 6. Juli 2026 um 12:00 MESZ schrieb Ana:')
      expect(mail).toContain('> It is on fire.')
    })

    test('a token in a customer’s References is shown to nobody else', async () => {
      desk = await openDesk(await fresh())
      const bruno = await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
      const ana = await contact('ana@customer.test', 'Ana')
      const token = desk.context.tokens.make({ kind: 'reply', ticketId: 99, userId: ana.id })
      const sentToAna = `${token}.nonce@acme.test`
      const mailed = { messageId: 'hers@customer.test', referenceIds: [sentToAna, 'x@example.org'] }
      const ticketId = await opened({
        copied: [await contact('kim@example.org', 'Kim')],
        said: { ...saidByApi('It is on fire.'), ...mailed },
      })
      await comment(ticketId, bruno)
      expect(await lastTo('ana@customer.test')).toContain(token)
      const toKim = await lastTo('kim@example.org')
      expect(toKim).not.toContain(token)
      expect(toKim).toContain('<x@example.org>')
    })

    test('an agent’s own Message-ID is in no mail: it would show where he writes from', async () => {
      desk = await openDesk(await fresh())
      const bruno = await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
      const ticketId = await opened()
      await comment(ticketId, bruno, { said: { messageId: 'x@phone.bruno.test' } })
      await comment(ticketId, bruno, { said: { text: 'And sand.' }, at: later(2_000) })
      const mail = await lastTo('ana@customer.test')
      expect(mail).toContain('And sand.')
      expect(mail).not.toContain('phone.bruno.test')
    })

    test('several things within two minutes are one notice, and it tells them all', async () => {
      desk = await openDesk(await fresh())
      await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
      const ana = await contact('ana@customer.test', 'Ana')
      const ticketId = await opened({ notifyAgents: true, acknowledge: null })
      const says = (text: string, ms: number) =>
        comment(ticketId, ana, { type: 'customer', said: { text }, at: later(ms) })
      await says('It smokes.', 10_000)
      await says('It is out.', 20_000)
      const rows = (await outbox()).filter(({ outcome }) => outcome === 'queued')
      expect(rows.map(({ dueAt }) => dueAt)).toEqual([AT, later(120_000)])
      const second = await textOf(rows[1])
      expect(second).toContain('It smokes.')
      expect(second).toContain('It is out.')
      expect(second).not.toContain('It is on fire.')
    })

    const BUDGETS: readonly [name: string, limit: string, left: number][] = [
      ['per_recipient', '2/h', 2],
      ['per_domain', '3/h', 3],
      ['unverified_total', '1/h', 1],
      ['total', '2/h', 2],
    ]
    test.each(BUDGETS)(
      'the acknowledgement budget %s = %s stops the rest, visibly',
      async (name, limit, left) => {
        const unlimited = Object.fromEntries(BUDGETS.map(([other]) => [other, 'unlimited']))
        const budget = { ...unlimited, [name]: limit }
        desk = await openDesk(await fresh(), { acknowledgement: { budget } })
        const acknowledge = { verified: false, suppress: null }
        for (let n = 0; n < 5; n += 1) await opened({ acknowledge }, later(n))
        const rows = await outbox()
        expect(rows.map(({ outcome }) => outcome)).toEqual(
          rows.map((_row, n) => (n < left ? 'queued' : 'suppressed')),
        )
        expect(rows.at(-1)?.detail).toContain(`budget ${name}`)
        await opened({ acknowledge }, later(3_600_001 + 5))
        expect((await outbox()).at(-1)?.outcome).toBe('queued')
      },
    )

    test('a verified sender does not spend what unverified ones may', async () => {
      desk = await openDesk(await fresh(), {
        acknowledgement: { budget: { unverified_total: '1/h' } },
      })
      for (const verified of [true, true, false, false]) {
        await opened({ acknowledge: { verified, suppress: null } })
      }
      expect((await outbox()).map(({ outcome }) => outcome)).toEqual([
        'queued',
        'queued',
        'queued',
        'suppressed',
      ])
    })

    test('without plus-addressing automatic mail has no return path, and a reply the inbox', async () => {
      desk = await openDesk(await fresh(), { inbox: { plus_addressing: false } })
      const bruno = await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
      await comment(await opened(), bruno)
      const [first, second] = await outbox()
      expect([await mailFromOf(first), await mailFromOf(second)]).toEqual(['', 'support@acme.test'])
      expect(await lastTo('ana@customer.test')).not.toContain('Reply-To')
    })

    test('the return path and the Message-ID carry proofs of their own', async () => {
      desk = await openDesk(await fresh())
      await opened()
      const [row] = await outbox()
      const { tokens } = desk.context
      const tag = /\+b\.([a-z2-7]+)@/.exec((await mailFromOf(row)) ?? '')?.[1] ?? ''
      expect(tokens.verify(tag)).toEqual({ kind: 'bounce', outboxId: row?.id })
      const inId = tokens.verify(row?.messageId.split('.')[0] ?? '')
      expect(inId).toMatchObject({ kind: 'reply', ticketId: 1, userId: row?.userId })
      expect(domainOf(anAddress(row?.messageId ?? ''))).toBe('acme.test')
    })
  },
  onDesk,
)
