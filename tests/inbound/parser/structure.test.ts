/** The structure of broken multiparts: every part comes out, whatever their writer forgot. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Parsed } from '../../../src/inbound/parser/protocol.ts'
import { readMessage } from '../../../src/inbound/parser/read-message.ts'

const scratchDir = mkdtempSync(join(tmpdir(), 'postroom-structure-'))
afterAll(() => rmSync(scratchDir, { recursive: true, force: true }))

const HEAD =
  'From: Ana <ana@example.org>\nMessage-ID: <1@example.org>\nDate: Fri, 02 Jan 2026 10:00:00 +0000\n'
const MIXED = `${HEAD}Content-Type: multipart/mixed; boundary=out\n\n`
const INNER = 'Content-Type: multipart/alternative; boundary=in\n\n'
const TEXT = 'Content-Type: text/plain\n\nHello there\n'
const PDF = 'Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nR28s\n'

function read(text: string): Promise<Parsed> {
  const bytes = Buffer.from(text.replace(/\n/g, '\r\n'), 'latin1')
  return readMessage(bytes, { mode: 'full', scratchDir })
}

const names = ({ attachments }: Parsed): (string | null)[] =>
  attachments.map(({ filename }) => filename)

describe('every part comes out of a multipart', () => {
  // prettier-ignore
  test.each([
    [
      'with white space behind its boundaries',
      `${MIXED}--out \t\n${TEXT}--out  \n${PDF}--out-- \n`,
    ],
    [
      'whose boundary is quoted with spaces',
      `${MIXED.replace('boundary=out', 'boundary="out  "')}--out  \n${TEXT}--out  \n${PDF}--out  --\n`,
    ],
    [
      'whose inner one is never closed',
      `${MIXED}--out\n${INNER}--in\n${TEXT}--out\n${PDF}--out--\n`,
    ],
    [
      'whose two inner ones are never closed',
      `${MIXED}--out\nContent-Type: multipart/related; boundary=mid\n\n--mid\n${INNER}--in\n${TEXT}--out\n${PDF}--out--\n`,
    ],
    [
      'that goes on after its last boundary',
      `${MIXED}--out\n${TEXT}--out--\n--out\n${PDF}--out--\n`,
    ],
    [
      'inside one of the same boundary',
      `${MIXED}--out\nContent-Type: multipart/mixed; boundary=out\n\n--out\n${TEXT}--out--\n--out\n${PDF}--out--\n`,
    ],
    [
      'whose inner one begins without an empty line',
      `${MIXED}--out\nContent-Type: multipart/alternative; boundary=in\n--in\n${TEXT}--in--\n--out\n${PDF}--out--\n`,
    ],
    ['whose last boundary is missing', `${MIXED}--out\n${TEXT}--out\n${PDF}`],
    [
      'whose parts forgot the empty line',
      `${MIXED}--out\nContent-Type: text/plain\nHello there\n--out\n${PDF.replace('\n\n', '\n')}--out--\n`,
    ],
    [
      'whose parameter lost its indentation',
      `${MIXED}--out\nContent-Type: text/plain;\ncharset=utf-8\n\nHello there\n--out\n${PDF}--out--\n`,
    ],
  ])('%s', async (_, text) => {
    const parsed = await read(text)
    expect(parsed.message.text.full.trim()).toBe('Hello there')
    expect(names(parsed)).toEqual(['a.pdf'])
    expect(parsed.attachments[0]?.content).toEqual(Buffer.from('Go,'))
  })

  test('an inner multipart whose boundary never comes is shown as text', async () => {
    const parsed = await read(`${MIXED}--out\n${INNER}Hello inside\n--out\n${PDF}--out--\n`)
    expect(parsed.message.text.full.trim()).toBe('Hello inside')
    expect(names(parsed)).toEqual(['a.pdf'])
  })

  test('a multipart without parts leaves the original', async () => {
    const parsed = await read(`${MIXED}--out\n${TEXT}--out\n${INNER}Preamble\n--in--\n--out--\n`)
    expect(names(parsed)).toEqual(['message.eml'])
    expect(parsed.message.problems.join()).toContain('without parts')
  })
})

describe('one part', () => {
  test('is shown when its disposition is no word', async () => {
    const { message, attachments } = await read(
      `${HEAD}Content-Type: text/plain\nContent-Disposition: =?utf-8?q?x?=\n\nHello there\n`,
    )
    expect(message.text.full.trim()).toBe('Hello there')
    expect(attachments).toEqual([])
  })

  test('is called damaged when it is', async () => {
    const { message } = await read(
      `${MIXED}--out\n${PDF.replace('R28s', 'R28sI')}--out\n${TEXT}--out--\n`,
    )
    expect(message.problems).toContain('a.pdf is damaged: its base64 is not complete')
  })
})

test('a message of empty parts shows no boundaries', async () => {
  const parsed = await read(
    `${MIXED}--out\nContent-Type: text/plain\n\n\n--out\n${INNER}--in\n\n\n--in--\n--out--\n`,
  )
  expect(parsed.message.text.full).toBe('')
  expect(names(parsed)).toEqual(['message.eml'])
  expect(parsed.message.problems).toContain('all parts are empty: the original is attached')
})

test('a message that is nothing but another message shows that one, folded', async () => {
  const { message, attachments } = await read(
    `${MIXED}--out\nContent-Type: message/rfc822\n\nSubject: Old\n\nWhat they wrote\n--out--\n`,
  )
  expect(message.text).toMatchObject({
    reply: '',
    full: 'What they wrote',
    quoted: 'What they wrote',
  })
  expect(attachments.map(({ filename }) => filename)).toEqual(['Old.eml'])
})
