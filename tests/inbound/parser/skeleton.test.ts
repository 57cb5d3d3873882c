/** What is put aside comes back: leaves are those that mailparser finds in the whole body. */
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitLeaves } from '../../../src/inbound/parser/leaves.ts'
import { skeletonOf } from '../../../src/inbound/parser/skeleton.ts'

const HEAD = Buffer.from('Content-Type: multipart/mixed; boundary="b"\r\n\r\n')

async function leavesOf(body: Buffer | Readable): Promise<string[]> {
  const leaves: string[] = []
  const head = { bytes: HEAD, occurs: () => true }
  const { emptyContainers } = await splitLeaves({ head, body }, ({ headers, container }) => {
    const chunks: Buffer[] = []
    const what = `${container?.type ?? 'none'} ${JSON.stringify([...headers])}`
    return {
      write: (chunk) => void chunks.push(chunk),
      end: () => void leaves.push(`${what} ${Buffer.concat(chunks).toString('latin1')}`),
    }
  })
  return [...leaves, `empty ${emptyContainers}`]
}

const LONG = 'A line of a content that is long enough to be put aside.\r\n'.repeat(6)

test('contents are put aside, headers and boundaries are not', () => {
  const body = Buffer.from(
    `preamble\r\n--b\r\nContent-Type: text/plain\r\n\r\n${LONG}\r\n--b\r\n\r\n${LONG}--b--\r\n`,
  )
  const { bytes } = skeletonOf(body)
  expect(bytes.toString()).toContain('Content-Type: text/plain')
  expect(bytes.toString()).not.toContain('A line of a content')
  expect(bytes.length).toBeLessThan(300)
})

const piece = fc.constantFrom(
  LONG,
  LONG.replaceAll('\r\n', '\n'),
  LONG.trimEnd(),
  'Content-Type: text/plain\r\n',
  'Content-Type: multipart/alternative; boundary=c\r\n',
  'Content-Type: message/rfc822\n',
  'Content-Type: multipart/digest;\r\n boundary="b"\r\n',
  '--b\r\n',
  '--b\n',
  '--b--\r\n',
  '--b  \r\n',
  '--c\r\n',
  '--c--\r\n',
  '-- \r\n',
  '--\n',
  '-----BEGIN\r\n',
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  ' \r\n',
  'x',
  'aside-',
)

test('leaves are the same as from the whole, wherever it is broken', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 25 }), async (pieces) => {
      const body = Buffer.from(pieces.join(''))
      expect(await leavesOf(body)).toEqual(await leavesOf(Readable.from([body])))
    }),
    { numRuns: 1_000 },
  )
})
