/** `postroom reconcile`, `replay` and `export`, beside a desk with real loops and an IMAP server. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import type { ImapFault } from '../../src/demo/imap/faults.ts'
import { blockSender, unblockSender } from '../../src/desk/suppress.ts'
import { messagesOf } from '../../src/inbound/mail-archives.ts'
import { SYSTEM } from '../../src/ticket/comment.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase, type TestDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'
import { writeConfig } from './beside-desk.ts'
import { type Ran, run } from './run-program.ts'

const scratch = makeScratch('repair')
const parser = sharedParser(scratch)
let desk: RunningDesk
let file: string

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

/** A desk that has taken these mails, and a configuration file for commands beside it. */
async function afterMail(database: TestDatabase, ...mails: string[]): Promise<void> {
  desk = await startDesk(database, parser)
  for (const mail of mails) desk.arrives(mail)
  desk.start('fetch', 'intake')
  await desk.untilSettled(mails.length)
  await desk.stop()
  file = writeConfig(desk, database)
}

const postroom = (...words: string[]): Promise<Ran> => run([...words, '--config', file])

const fates = async (): Promise<string[]> =>
  (await desk.store.read('inbound_messages').orderBy('id').pluck('fate')) as string[]

async function decideAgain(count: number): Promise<void> {
  desk.start('fetch', 'intake')
  await desk.untilSettled(count)
  await desk.stop()
}

const WITHHELD: ImapFault = {
  on: /^UID FETCH 1 .*BODY/,
  times: 1,
  do: 'omit',
  lines: /^\* 1 FETCH/,
}

eachDatabase(
  'reconcile',
  (fresh) => {
    test('stores what the server has and the ledger does not know, however old', async () => {
      await afterMail(await fresh(), aMail(), aMail(), aMail())
      // As if a row had been lost in between, with its ticket.
      await desk.store.transaction(async (tx) => {
        await tx('comments').update({ inbound_id: null }).where({ inbound_id: 2 })
        await tx('inbound_messages').where({ id: 2 }).delete()
      })
      const found = await postroom('reconcile', '--dry-run')
      expect(found).toMatchObject({ code: 1, stderr: '' })
      expect(found.stdout).toBe(
        'Support (INBOX): 3 on the server; 1 had no row in the ledger; nothing was changed.\n',
      )
      expect(await postroom('reconcile', '--json')).toMatchObject({
        code: 0,
        stdout: `${JSON.stringify([
          {
            inbox: 'Support',
            folder: 'INBOX',
            not_yet_fetched: 0,
            missing: 1,
            stored: 1,
            on_server: 3,
            problem: null,
          },
        ])}\n`,
      })
      expect(await fates()).toEqual(['ticket', 'ticket', 'pending'])
      const again = await postroom('reconcile', '--inbox', 'support')
      expect(again.stdout).toContain('the ledger knows all that were fetched')
      expect(again.code).toBe(0)
    })

    test('leaves no gap behind that a running daemon would not know of, nor clear', async () => {
      await afterMail(await fresh(), aMail())
      const idles = desk.world.imap.untilCommand(/^IDLE/)
      desk.start('fetch', 'intake')
      await idles
      // As if its row had been lost while the daemon looks at new mail only.
      await desk.store.transaction(async (tx) => {
        await tx('comments').update({ inbound_id: null })
        await tx('inbound_messages').delete()
      })
      desk.world.imap.faults.add(WITHHELD)
      const found = await postroom('reconcile')
      expect(found.stdout).toContain('1 had no row in the ledger; 0 are stored now')
      desk.arrives(aMail({ headers: { 'In-Reply-To': '<nobody@customer.test>' } }))
      await desk.untilSettled(1)
      expect(await fates()).toEqual(['ticket'])
    })

    test('says what is to be fetched yet, what it does not know, and why it cannot look', async () => {
      await afterMail(await fresh(), aMail())
      desk.arrives(aMail())
      expect((await postroom('reconcile')).stdout).toContain('1 are to be fetched yet')
      const unknown = await postroom('reconcile', '--inbox', 'Sales')
      expect(unknown).toMatchObject({ code: 2 })
      expect(unknown.stderr).toContain('There are: Support')
      await desk.world.close()
      const away = await postroom('reconcile')
      expect(away).toMatchObject({ code: 69 })
      expect(away.stdout).toMatch(/^Support \(INBOX\): .*127\.0\.0\.1/)
    })
  },
  onDesk,
)

eachDatabase(
  'replay',
  (fresh) => {
    test('says what today’s rules make of stored mail, changes nothing, then does it', async () => {
      const database = await fresh()
      desk = await startDesk(database, parser)
      const order = { note: null, by: 1, sender: 'ana@customer.test' }
      const { id } = await desk.store.transaction((tx) =>
        blockSender(tx, desk.inboxes, order, new Date()),
      )
      await desk.close()
      await afterMail(database, aMail(), aMail({ headers: { From: 'ben@customer.test' } }))
      expect(await fates()).toEqual(['ignored', 'ticket'])
      expect((await postroom('replay')).stdout).toBe('')
      await desk.store.transaction((tx) => unblockSender(tx, { id, actor: SYSTEM }, new Date()))

      const dry = await postroom('replay')
      expect(dry.stdout).toMatch(/^message 1: ignored -> ticket: .*\n$/)
      expect(dry.stderr).toContain('2 message(s) read again, 1 different. Nothing was changed')
      expect(await fates()).toEqual(['ignored', 'ticket'])

      const done = await postroom('replay', '--apply', '--json')
      expect(JSON.parse(done.stdout)).toMatchObject({
        id: 1,
        fate: { now: 'ticket' },
        applied: true,
      })
      await decideAgain(2)
      expect(await fates()).toEqual(['ticket', 'ticket'])
      expect((await postroom('replay', '--apply')).stdout).toBe('')
    })

    test('reads a customer’s comment again, and never what was corrected or is an agent’s', async () => {
      await afterMail(
        await fresh(),
        aMail({ text: 'Hello.\n\nOn Monday, Bo wrote:\n> Which one?' }),
      )
      const words = () => desk.store.read('comments').first('text', 'quoted_text')
      const now = await words()
      const byOldRules = { text: 'as an older version read it', quoted_text: '' }
      await desk.store.transaction((tx) => tx('comments').update(byOldRules))
      const dry = await postroom('replay', '1')
      expect(dry.stdout).toBe(
        'message 1 (ticket 1): words "as an older version read it" -> "Hello."\n',
      )
      await postroom('replay', '--apply')
      expect(await words()).toEqual(now)
      const [event] = await desk.store.read('events').orderBy('id', 'desc').limit(1)
      expect(event).toMatchObject({
        type: 'ticket.updated',
        data: '{"comment_reread":1,"visibility":"public"}',
      })
      for (const kept of [{ edited_at: 1 }, { edited_at: null, author_type: 'agent' }]) {
        await desk.store.transaction((tx) => tx('comments').update({ ...byOldRules, ...kept }))
        expect((await postroom('replay', '--apply')).stdout).toBe('')
      }
    })

    test('refuses what is no number of a message and no date', async () => {
      await afterMail(await fresh())
      expect(await postroom('replay', 'one')).toMatchObject({ code: 2 })
      expect(await postroom('replay', '--since', 'yesterday')).toMatchObject({ code: 2 })
      expect((await postroom('replay', '--since', '2100-01-01')).stderr).toContain('0 message(s)')
    })
  },
  onDesk,
)

eachDatabase(
  'explain, where a desk is asked',
  (fresh) => {
    const explained = async (...words: string[]): Promise<Ran> => postroom('explain', ...words)
    const source = (from: string, subject: string): string => {
      const eml = path.join(path.dirname(file), 'asked.eml')
      writeFileSync(eml, aMail({ headers: { From: from, Subject: subject } }))
      return eml
    }

    test('names the rule for what a message would come to, and who is believed', async () => {
      await afterMail(await fresh(), aMail())
      const own = await explained('--json', source('ana@customer.test', 'Re: [#1] The printer'))
      expect(JSON.parse(own.stdout)).toMatchObject({
        threading: [{ hint: 'subject tag', strength: 'claim', ticketId: 1, accepted: true }],
        decision: {
          do: 'add_comment',
          because: 'the sender takes part in the ticket',
          proven: false,
        },
      })
      const strange = await explained(source('mallory@stranger.test', 'Re: [#1] The printer'))
      expect(strange.stdout).toMatch(/Names +ticket 1 by subject tag \(claim\): does not count/)
      expect(strange.stdout).toMatch(/The desk would +open ticket: a new conversation/)
      expect(strange.stdout).toContain('not proven')
      expect(await fates()).toEqual(['ticket'])
    })
  },
  onDesk,
)

eachDatabase(
  'export',
  (fresh) => {
    test('writes a line for each ticket, of everybody or of one person', async () => {
      await afterMail(await fresh(), aMail(), aMail({ headers: { From: 'ben@customer.test' } }))
      const { stdout, code } = await postroom('export')
      const tickets = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(code).toBe(0)
      expect(tickets).toMatchObject([
        {
          id: 1,
          requester: { email: 'ana@customer.test' },
          comments: [{ text: 'It is on fire.' }],
        },
        { id: 2, requester: { email: 'ben@customer.test' }, comments: [{ source: 'email' }] },
      ])
      const one = await postroom('export', '--person', 'ben@customer.test')
      expect(JSON.parse(one.stdout)).toMatchObject({ id: 2 })
      expect((await postroom('export', '--since', '2100-01-01')).stdout).toBe('')
      expect(await postroom('export', '--person', 'nobody@customer.test')).toMatchObject({
        code: 1,
      })
    })

    test('writes mail as it came, into a new file, which can be imported', async () => {
      const mails = [aMail({ text: 'From here\nit burns.' }), aMail({ text: 'Grüße' })]
      await afterMail(await fresh(), ...mails)
      const out = path.join(path.dirname(file), 'desk.mbox')
      expect(await postroom('export', '--format', 'mbox', '--out', out)).toMatchObject({ code: 0 })
      expect(statSync(out).mode & 0o077).toBe(0)
      const read: string[] = []
      for await (const { source } of messagesOf('mbox', out)) read.push(String(source))
      const plain = (text: string): string => text.replaceAll('\r\n', '\n').trimEnd()
      expect(read.map(plain)).toEqual(mails.map(plain))
      const again = await postroom('export', '--out', out)
      expect(again).toMatchObject({ code: 2 })
      expect(again.stderr).toContain('is there already')
      expect(readFileSync(out, 'utf8')).toContain('>From here')
    })

    test('a note among agents is one again when the archive is imported', async () => {
      await afterMail(await fresh(), aMail({ headers: { 'X-Postroom-Visibility': 'internal' } }))
      const bruno = await desk.addUser('bruno@acme.test', 'agent', 'Bruno')
      await desk.store.transaction((tx) =>
        tx('comments').insert({
          ticket_id: 1,
          visibility: 'internal',
          author_type: 'agent',
          author_id: bruno.id,
          text: 'She pays late.',
          quoted_text: '',
          full_text: 'She pays late.',
          source: 'api',
          created_at: 1,
        }),
      )
      const out = path.join(path.dirname(file), 'desk.mbox')
      await postroom('export', '--format', 'mbox', '--out', out)
      expect((await postroom('import', 'mbox', out, '--inbox', 'Support')).code).toBe(0)
      await decideAgain(3)
      const comments = await desk.store
        .read('comments')
        .orderBy('id')
        .select('visibility', 'text', 'source')
      expect(comments).toEqual([
        // In mail that arrives the header means nothing.
        { visibility: 'public', text: 'It is on fire.', source: 'email' },
        { visibility: 'internal', text: 'She pays late.', source: 'api' },
        { visibility: 'internal', text: 'She pays late.', source: 'email' },
      ])
    })
  },
  onDesk,
)
