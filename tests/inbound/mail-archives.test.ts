import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Archive, messagesOf } from '../../src/inbound/mail-archives.ts'
import { scratchDirectories } from '../kit/scratch.ts'

describe('old mail in files', () => {
  const scratch = scratchDirectories('archives')
  async function read(archive: Archive, from: string): Promise<string[]> {
    const sources: string[] = []
    for await (const { source } of messagesOf(archive, from)) {
      sources.push(source?.toString('latin1') ?? 'too large')
    }
    return sources
  }
  async function all(archive: Archive, from: string, bytesMax: number): Promise<unknown[]> {
    const found: unknown[] = []
    for await (const { where, source } of messagesOf(archive, from, bytesMax)) {
      found.push([path.relative(path.dirname(from), where), source?.toString() ?? null])
    }
    return found
  }
  const file = (content: string | Buffer): string => {
    const name = path.join(scratch.make(), 'mail')
    writeFileSync(name, content)
    return name
  }

  test('an mbox is taken apart at its From lines, and its quoting is undone', async () => {
    const mbox = [
      'From ana@x.test Mon Jan  1 00:00:00 2024',
      'Subject: one',
      '',
      '>From here on it burns.',
      '>>From deeper.',
      'From the middle of a paragraph.',
      '',
      'From bob@x.test Mon Jan  1 00:00:00 2024',
      'Subject: two',
      '',
      'Bye.',
      '',
      '',
    ].join('\n')
    expect(await read('mbox', file(mbox))).toEqual([
      'Subject: one\n\nFrom here on it burns.\n>From deeper.\nFrom the middle of a paragraph.\n',
      'Subject: two\n\nBye.\n',
    ])
  })

  test('with other line ends, without a last line end, or with nothing in it', async () => {
    const crlf = 'From a\r\nSubject: one\r\n\r\nx\r\n\r\nFrom b\r\nSubject: two\r\n\r\ny'
    expect(await read('mbox', file(crlf))).toEqual([
      'Subject: one\r\n\r\nx\r\n',
      'Subject: two\r\n\r\ny',
    ])
    expect(await read('mbox', file(''))).toEqual([])
  })

  test('lines longer than any buffer stay whole', async () => {
    const long = 'x'.repeat(300_000)
    expect(await read('mbox', file(`From a\n\n${long}\n`))).toEqual([`\n${long}\n`])
  })

  test('a Maildir has new and read mail; .eml files may lie in folders, or be one', async () => {
    const dir = scratch.make()
    for (const folder of ['cur', 'new', 'tmp', 'deep']) mkdirSync(path.join(dir, folder))
    writeFileSync(path.join(dir, 'cur', '1:2,S'), 'read')
    writeFileSync(path.join(dir, 'new', '2'), 'new')
    writeFileSync(path.join(dir, 'tmp', '3'), 'half')
    writeFileSync(path.join(dir, 'deep', 'a.eml'), 'eml')
    writeFileSync(path.join(dir, 'readme.txt'), 'no mail')
    expect(await read('maildir', dir)).toEqual(['read', 'new'])
    expect(await read('eml', dir)).toEqual(['eml'])
    expect(await read('eml', path.join(dir, 'deep', 'a.eml'))).toEqual(['eml'])
  })

  test('what is larger than wanted is named and left out, to the byte, and the next one is read', async () => {
    // The empty line before the next message does not count.
    const mbox = (text: string) => file(`From a\n${text}\nFrom b\nnext\n`)
    expect(await all('mbox', mbox('12345678\n'), 9)).toEqual([
      ['mail, message 1 (at byte 0)', '12345678\n'],
      ['mail, message 2 (at byte 17)', 'next\n'],
    ])
    expect(await all('mbox', mbox('123456789\n'), 9)).toEqual([
      ['mail, message 1 (at byte 0)', null],
      ['mail, message 2 (at byte 18)', 'next\n'],
    ])
    const dir = scratch.make()
    for (const name of ['a', 'b']) writeFileSync(path.join(dir, `${name}.eml`), `12345678${name}`)
    writeFileSync(path.join(dir, 'c.eml'), '1234567890')
    const name = path.basename(dir)
    expect(await all('eml', dir, 9)).toEqual([
      [`${name}/a.eml`, '12345678a'],
      [`${name}/b.eml`, '12345678b'],
      [`${name}/c.eml`, null],
    ])
  })

  test('of a file of any size no more is held than a message may have', async () => {
    const huge = file('From a\n')
    // No disk has to have it: it is one line of nothing.
    truncateSync(huge, 1024 ** 3)
    const before = process.resourceUsage().maxRSS
    expect(await read('mbox', huge)).toEqual(['too large'])
    expect(await read('eml', huge)).toEqual(['too large'])
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(400_000)
  })

  test('a message of nothing but line ends takes no more room than its bytes', async () => {
    const lines = file(`From a\n${'\n'.repeat(3_000_000)}`)
    const before = process.resourceUsage().maxRSS
    expect((await read('mbox', lines)).map(({ length }) => length)).toEqual([2_999_999])
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(150_000)
  })
})
