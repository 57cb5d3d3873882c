/** A message whose reading takes long is overtaken, but not by an answer to it. */
import { afterAll, afterEach, expect, test } from 'vitest'
import type { Parser } from '../../src/inbound/parse.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('overtaken')
const real = sharedParser(scratch)
let desk: RunningDesk

afterEach(() => desk.close())
afterAll(async () => {
  await real.close()
  removeScratch(scratch)
})

/** Reads like the real one, but what says "slowly" only when it is let go. */
function holding(): { parser: Parser; letGo: () => void } {
  let letGo = (): void => {}
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const parser: Parser = {
    ...real,
    parse: async (source, mode) => {
      const isSlow = Buffer.isBuffer(source) && source.includes('slowly')
      if (isSlow) await gate
      return real.parse(source, mode)
    },
  }
  return { parser, letGo }
}

const first = (): string =>
  aMail({
    headers: { Subject: 'One', 'Message-ID': '<one@customer.test>' },
    text: 'Read me slowly.',
  })
const answer = (id: string, to: string): string =>
  aMail({
    headers: {
      Subject: 'Re: One',
      'Message-ID': `<${id}@customer.test>`,
      'In-Reply-To': `<${to}@customer.test>`,
    },
    text: `I am ${id}.`,
  })
const other = (): string => aMail({ headers: { From: 'ben@customer.test', Subject: 'Two' } })

eachDatabase(
  'a slow message',
  (fresh) => {
    test('is overtaken by others; what answers it, and what answers that, waits', async () => {
      const { parser, letGo } = holding()
      desk = await startDesk(await fresh(), parser)
      for (const mail of [first(), answer('two', 'one'), answer('three', 'two'), other()]) {
        desk.arrives(mail)
      }
      desk.start('fetch', 'intake')
      const fates = async (): Promise<string[]> =>
        (await desk.store.read('inbound_messages').orderBy('id').pluck('fate')) as string[]
      await until('the others', async () => (await fates())[3] === 'ticket')
      // In a batch of its own, while the first is still being read.
      desk.arrives(answer('four', 'one'))
      desk.arrives(aMail({ headers: { From: 'carl@customer.test', Subject: 'Three' } }))
      await until('the next batch', async () => (await fates())[5] === 'ticket')
      expect(await fates()).toEqual([
        'pending',
        'pending',
        'pending',
        'ticket',
        'pending',
        'ticket',
      ])
      letGo()
      const rows = await desk.untilSettled(6)
      const [, ...answers] = rows.filter(({ sender }) => sender === 'ana@customer.test')
      expect(answers.map(({ fate }) => fate)).toEqual(['comment', 'comment', 'comment'])
      expect(new Set(answers.map(({ ticketId }) => ticketId))).toEqual(new Set([rows[0]?.ticketId]))
    })
  },
  onDesk,
)
