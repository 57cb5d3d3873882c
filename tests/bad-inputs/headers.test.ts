/** Rows 49-100 of the table of bad inputs: the headers of a message, and what kind it is. */
import { afterAll, expect, test } from 'vitest'
import { sourceOf } from '../../src/store/outbox.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { sharedParser } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'
import { HEADERS } from './header-rows.ts'
import { takesAll } from './takes-all.ts'

const scratch = makeScratch('bad-headers')
const parser = sharedParser(scratch)
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

eachDatabase(
  'headers that are wrong',
  (fresh) => {
    const desk = takesAll(fresh, parser, HEADERS)

    test('nothing of them is a header, a line or a recipient of what we send', async () => {
      const rows: { id: number; rcpt_to: string }[] = await desk()
        .store.read('outbox')
        .select('id', 'rcpt_to')
      expect(rows.length).toBeGreaterThan(50)
      for (const { id, rcpt_to: recipient } of rows) {
        const source = (await sourceOf(desk().store.read, id))?.source.toString('latin1') ?? ''
        const head = source.slice(0, source.indexOf('\r\n\r\n'))
        expect(head).toMatch(/^Subject: \S/m)
        expect(head).not.toMatch(/^(?:bcc|x-h\d+|__proto__):/im)
        expect(head.match(/^to:/gim)).toHaveLength(1)
        expect(recipient).toMatch(/^[^\s@]+@[^\s@]+\.test$/)
        expect(Math.max(...source.split('\r\n').map((line) => line.length))).toBeLessThan(999)
      }
    })
  },
  onDesk,
)
