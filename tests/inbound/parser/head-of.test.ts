/** Headers longer than what is looked at at once. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { headOf } from '../../../src/inbound/parser/head-of.ts'
import { LIMITS } from '../../../src/inbound/parser/limits.ts'
import { openSource } from '../../../src/inbound/parser/source.ts'
import { headerOf } from '../../../src/mail/message.ts'
import { scratchDirectories } from '../../kit/scratch.ts'

const LONG = 'x'.repeat(LIMITS.headBytesMax)

describe('a header block', () => {
  const scratch = scratchDirectories('head-of')
  const inFile = (text: string): { file: string } => {
    const file = join(scratch.make(), 'message.eml')
    writeFileSync(file, text)
    return { file }
  }

  test.each(['\n', '\r\n'])('ends at its empty line, however far away (%j)', (end) => {
    const head = ['A: b', `Long: ${LONG}`, 'Subject: below it', '', ''].join(end)
    for (const source of [Buffer.from(`${head}text`), inFile(`${head}text`)]) {
      const { headers, bodyStart } = headOf(openSource(source))
      expect(bodyStart).toBe(head.length)
      expect(headerOf({ headers }, 'subject')).toBe('below it')
      expect(headerOf({ headers }, 'long')).toHaveLength(LIMITS.headerValueLengthMax - 1)
    }
  })

  test('that never ends has no text behind it', () => {
    const source = `Subject: never\nLong: ${LONG}`
    const { headers, bodyStart } = headOf(openSource(inFile(source)))
    expect([headerOf({ headers }, 'subject'), bodyStart]).toEqual(['never', source.length])
  })

  test('of very many lines is cut, and its text still found', () => {
    const head = `Subject: many\n${'A: b\n'.repeat(600_000)}\n`
    const { headers, bodyStart } = headOf(openSource(Buffer.from(`${head}text`)))
    expect([headers.length, bodyStart]).toEqual([LIMITS.headersMax, head.length])
  })
})
