import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { partOf, rangeOf } from '../../src/api/byte-range.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const FILE = { size: 10, etag: '"x"' }

// biome-ignore format: a table
test.each([
  ['bytes=0-3',     { start: 0, end: 3 }],
  ['bytes=4-',      { start: 4, end: 9 }],
  ['bytes=8-99',    { start: 8, end: 9 }],
  ['bytes=-3',      { start: 7, end: 9 }],
  ['bytes=-99',     { start: 0, end: 9 }],
  ['bytes=5-4',     null],
  ['bytes=0-1,4-5', null],
  ['bytes=-',       null],
  ['lines=1-2',     null],
  ['bytes=a-b',     null],
  ['',              null],
])('%s', (range, wanted) => {
  expect(rangeOf({ range }, FILE)).toEqual(wanted)
})

test('a part that is not there is refused', () => {
  for (const range of ['bytes=10-', 'bytes=99-100', 'bytes=-0']) {
    expect(() => rangeOf({ range }, FILE)).toThrow('10 bytes')
  }
})

test('a file that is another one by now is given whole', () => {
  const headers = { range: 'bytes=4-', 'if-range': '"y"' }
  expect(rangeOf(headers, FILE)).toBe(null)
  expect(rangeOf({ ...headers, 'if-range': '"x"' }, FILE)).toEqual({ start: 4, end: 9 })
})

test('a part is cut out of its stream, whatever its pieces, and the rest is not read', async () => {
  const bytes = Buffer.from('0123456789')
  for (const piece of [1, 3, 10]) {
    const source = Readable.from(
      Array.from({ length: Math.ceil(10 / piece) }, (_, n) =>
        bytes.subarray(n * piece, (n + 1) * piece),
      ),
    )
    const read: Buffer[] = []
    for await (const chunk of partOf(source, { start: 2, end: 6 })) read.push(chunk as Buffer)
    expect(Buffer.concat(read).toString()).toBe('23456')
    expect(source.destroyed).toBe(true)
  }
})

eachDatabase(
  'a download',
  (fresh) => {
    const start = apiStarter(fresh)

    test('goes on where it broke off', async () => {
      const { ana, failures } = await start()
      const type = { 'content-type': 'text/plain' }
      const { body: file } = await ana.post('/api/v1/attachments', '0123456789', type)
      const path = `/api/v1/attachments/${file.id}`
      const whole = await ana.get(path)
      expect([whole.status, whole.headers.get('accept-ranges')]).toEqual([200, 'bytes'])
      const etag = String(whole.headers.get('etag'))
      const rest = await ana.get(path, { range: 'bytes=6-', 'if-range': etag })
      expect([rest.status, rest.body]).toEqual([206, '6789'])
      expect(rest.headers.get('content-range')).toBe('bytes 6-9/10')
      expect(rest.headers.get('content-length')).toBe('4')
      expect(rest.headers.get('content-disposition')).toContain('attachment')
      const past = await ana.get(path, { range: 'bytes=10-' })
      expect(past).toMatchObject({ status: 416, body: { code: 'range-not-satisfiable', size: 10 } })
      expect(past.headers.get('content-range')).toBe('bytes */10')
      expect(failures).toEqual([])
    })
  },
  { prepare: migrated },
)
