/** A folder that the server made anew, with mail in it that nobody here has seen. */
import { afterAll, afterEach, expect, test } from 'vitest'
import { writeConfig } from '../cli/beside-desk.ts'
import { run } from '../cli/run-program.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase, type TestDatabase } from '../kit/databases.ts'
import { onDesk, SUPPORT } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('rebuilt')
const parser = sharedParser(scratch)
const ANEW = 4_000_000_000
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

const inbox = () => desk.world.imap.folder(SUPPORT, 'INBOX')

const arrive = (count: number, internalDate?: Date): void => {
  for (let left = count; left > 0; left -= 1) desk.arrives(aMail(), internalDate)
}

/** So many mails are taken in; nobody looks now. */
async function knows(database: TestDatabase, count: number): Promise<void> {
  desk = await startDesk(database, parser)
  arrive(count)
  desk.start('fetch', 'intake')
  await desk.untilSettled(count)
  await desk.stop()
}

const fates = async (): Promise<Record<string, number>> => {
  const counted: Record<string, number> = {}
  const all: string[] = await desk.store.read('inbound_messages').pluck('fate')
  for (const fate of all) counted[fate] = (counted[fate] ?? 0) + 1
  return counted
}

const untilFates = (wanted: Record<string, number>): Promise<unknown> =>
  until(`fates to be ${JSON.stringify(wanted)}`, async () =>
    JSON.stringify(await fates(), Object.keys(wanted)) === JSON.stringify(wanted) ? true : null,
  )

const untilRefused = (): Promise<string> =>
  until('the refusal', () => desk.health.of('Support', 'imap')?.error ?? null)

eachDatabase(
  'a folder that was made anew',
  (fresh) => {
    test.each([
      ['skip', { duplicate: 1, ignored: 101, ticket: 2 }, 'open'],
      ['import', { duplicate: 1, ticket: 103 }, 'closed'],
      ['take', { duplicate: 1, ticket: 103 }, 'open'],
    ] as const)(
      'whose mail is unknown for the most part waits for somebody to say: %s',
      async (choice, wanted, status) => {
        const database = await fresh()
        await knows(database, 1)
        inbox().changeUidValidity(ANEW)
        // Dated when it was moved there.
        arrive(101, desk.clock.now())
        desk.start('fetch', 'intake')
        expect(await untilRefused()).toMatch(
          /made the folder "INBOX" anew, and 101 of its 102 messages are unknown here.* postroom reconcile .*--unknown take, import or skip/,
        )
        expect(await fates()).toEqual({ ticket: 1 })
        await desk.stop()
        const file = writeConfig(desk, database)
        const words = ['reconcile', '--inbox', 'Support', '--config', file]
        expect((await run(words)).stdout).toContain('--unknown take, import or skip')
        expect(await run([...words, '--unknown', choice])).toMatchObject({ code: 0, stderr: '' })
        arrive(1)
        desk.start('fetch', 'intake')
        await untilFates(wanted)
        const tickets = desk.store.read('tickets').whereBetween('id', [2, 102])
        const statuses: string[] = await tickets.pluck('status')
        if (choice !== 'skip') expect(new Set(statuses)).toEqual(new Set([status]))
        expect((await desk.outbox()).length).toBe(choice === 'take' ? 103 : 2)
      },
    )

    test('whose mail is known for the most part is taken at once', async () => {
      await knows(await fresh(), 90)
      inbox().changeUidValidity(ANEW)
      arrive(20)
      desk.start('fetch', 'intake')
      await untilFates({ duplicate: 90, ticket: 110 })
    })

    test('whose mail was moved there from another server, with other dates, is known by its bytes', async () => {
      await knows(await fresh(), 101)
      const sources = inbox().messages.map(({ source }) => source.toString())
      inbox().expunge([...inbox().messages])
      inbox().changeUidValidity(ANEW)
      const later = new Date(desk.clock.now().getTime() + 3_600_000)
      for (const source of sources) desk.arrives(source, later)
      desk.start('fetch', 'intake')
      await untilFates({ duplicate: 101, ticket: 101 })
    })

    test('with few messages is taken at once', async () => {
      await knows(await fresh(), 1)
      inbox().changeUidValidity(ANEW)
      arrive(20)
      desk.start('fetch', 'intake')
      await untilFates({ duplicate: 1, ticket: 21 })
    })
  },
  onDesk,
)
