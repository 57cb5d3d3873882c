/** The parser processes: one bad message fails alone, and the next one is read. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { getPriority, hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  contentFileOf,
  openParser,
  ParseFailure,
  ParserUnavailable,
  releaseParsed,
} from '../../src/inbound/parse.ts'
import type { Parser, ParserOptions } from '../../src/inbound/parse.ts'

const MISBEHAVING = fileURLToPath(new URL('./misbehaving-parser.ts', import.meta.url))
const mail = (text: string): Buffer =>
  Buffer.from(`From: Ana <ana@example.org>\r\nSubject: x\r\n\r\n${text}\r\n`)

let scratchDir: string
let parser: Parser | null = null
beforeEach(() => {
  scratchDir = mkdtempSync(join(tmpdir(), 'postroom-parse-'))
})
afterEach(async () => {
  await parser?.close()
  rmSync(scratchDir, { recursive: true, force: true })
})

function open(options: Partial<ParserOptions> = {}): Parser {
  parser = openParser({ processes: 1, scratchDir, ...options })
  return parser
}

/** What was asked for is with the process. */
const given = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** As a daemon at a large batch, or one that the system stopped. */
function standStill(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until) Math.random()
}

async function failureOf(parsing: Promise<unknown>): Promise<string> {
  try {
    await parsing
  } catch (error) {
    if (error instanceof ParseFailure) return error.kind
    if (error instanceof ParserUnavailable) return 'unavailable'
    throw error
  }
  throw new Error('expected a failure')
}

describe('the real parser', () => {
  test('reads messages one after the other, in the order of the calls', async () => {
    const pool = open({ processes: 2 })
    const texts = ['one', 'two', 'three', 'four', 'five']
    const parsed = await Promise.all(texts.map((text) => pool.parse(mail(text), 'full')))
    expect(parsed.map(({ message }) => message.text.reply)).toEqual(texts)
  })

  test('sees no environment', async () => {
    process.env['POSTROOM_TEST_SECRET'] = 'secret'
    // The child inherits nothing, so this only proves that it works without any environment.
    const { message } = await open().parse(mail('hello'), 'full')
    delete process.env['POSTROOM_TEST_SECRET']
    expect(message.text.reply).toBe('hello')
  })

  test('takes large sources and attachments through files, and they are removed', async () => {
    const body = Buffer.alloc(1_500_000, 'x').toString('base64').replace(/.{76}/g, '$&\r\n')
    const source = Buffer.from(
      `From: a@example.org\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}`,
    )
    const parsed = await open().parse(source, 'full')
    const [pdf] = parsed.attachments
    expect(pdf?.size).toBe(1_500_000)
    const [folder = ''] = readdirSync(scratchDir)
    expect(readdirSync(join(scratchDir, folder))).toHaveLength(1)
    await releaseParsed(parsed)
    expect(readdirSync(join(scratchDir, folder))).toEqual([])
    await parser?.close()
    expect(readdirSync(scratchDir)).toEqual([])
  })

  test('a file of the caller is read and left alone', async () => {
    const file = join(scratchDir, 'mine.eml')
    writeFileSync(file, mail('from a file'))
    const { message } = await open().parse({ file }, 'full')
    expect(message.text.reply).toBe('from a file')
    expect(existsSync(file)).toBe(true)
  })

  test('a process is replaced after its number of messages', async () => {
    const pool = open({ recycleAfter: 2 })
    for (const text of ['1', '2', '3', '4', '5']) {
      expect((await pool.parse(mail(text), 'full')).message.text.reply).toBe(text)
    }
  })
})

test('reading mail steps back behind everything else', async () => {
  const pool = open({ entry: MISBEHAVING })
  const { message } = await pool.parse(mail('please say your priority'), 'full')
  expect(Number(message.text.reply)).toBeGreaterThan(getPriority())
})

describe('a misbehaving message', () => {
  test.each([
    ['please crash', 'crash', {}],
    ['please hang', 'timeout', { timeoutMs: 1_500 }],
    ['please eat', 'memory', { heapMb: 60 }],
    ['please leak', 'memory', { rssMb: 400 }],
  ])('%s: fails alone, the next ones are read', async (text, kind, limits) => {
    const pool = open({ entry: MISBEHAVING, ...limits })
    const before = pool.parse(mail('before'), 'full')
    const bad = failureOf(pool.parse(mail(text), 'full'))
    const after = pool.parse(mail('after'), 'full')
    expect((await before).message.text.reply).toBe('before')
    expect(await bad).toBe(kind)
    expect((await after).message.text.reply).toBe('after')
  })

  test('what waited behind a slow one is read elsewhere, each of it once', async () => {
    const pool = open({ entry: MISBEHAVING, processes: 2, timeoutMs: 8_000 })
    await pool.parse(mail('first, so that a process has started'), 'full')
    let isOver = false
    const bad = failureOf(pool.parse(mail('please hang'), 'full')).finally(() => {
      isOver = true
    })
    const texts = ['one', 'two', 'three', 'four', 'five']
    const others = await Promise.all(texts.map((text) => pool.parse(mail(text), 'full')))
    expect(others.map(({ message }) => message.text.reply)).toEqual(texts)
    expect(isOver).toBe(false)
    expect(await bad).toBe('timeout')
    expect((await pool.parse(mail('after'), 'full')).message.text.reply).toBe('after')
  })

  test('what was left behind a slow one is limited, too, and nobody else is blamed for it', async () => {
    const pool = open({ entry: MISBEHAVING, processes: 2, timeoutMs: 3_000 })
    await pool.parse(mail('first, so that a process has started'), 'full')
    const slow = pool.parse(mail('please dawdle'), 'full')
    const bad = failureOf(pool.parse(mail('please hang'), 'full'))
    await slow
    expect(await bad).toBe('timeout')
    const { message } = await pool.parse(mail('innocent'), 'full')
    expect(message.text.reply).toBe('innocent')
  })

  test('of many that crash among many, each fails by itself', async () => {
    const pool = open({ entry: MISBEHAVING, processes: 2 })
    const texts = ['1', 'please crash', '2', 'please crash', 'please crash', '3', '4']
    const all = texts.map(async (text) => {
      const parsing = pool.parse(mail(text), 'full')
      return text.startsWith('please') ? failureOf(parsing) : (await parsing).message.text.reply
    })
    expect(await Promise.all(all)).toEqual(['1', 'crash', '2', 'crash', 'crash', '3', '4'])
  })

  test('a busy daemon hears later, and blames the same one', async () => {
    const pool = open({ entry: MISBEHAVING })
    await pool.parse(mail('first, so that a process has started'), 'full')
    const long = 'more than the channel holds '.repeat(2_000)
    const good = [1, 2, 3, 4, 5, 6].map((count) => pool.parse(mail(`${count} ${long}`), 'full'))
    const bad = failureOf(pool.parse(mail('please crash'), 'full'))
    await given()
    standStill(400)
    const heard = (await Promise.all(good)).map(({ message }) => message.text.reply.slice(0, 2))
    expect(heard).toEqual(['1 ', '2 ', '3 ', '4 ', '5 ', '6 '])
    expect(await bad).toBe('crash')
  })

  test('what was answered while the daemon stood still is not late', async () => {
    const pool = open({ entry: MISBEHAVING, timeoutMs: 500 })
    await pool.parse(mail('first, so that a process has started'), 'full')
    const alone = pool.parse(mail('one'), 'full')
    await given()
    standStill(1_000)
    expect((await alone).message.text.reply).toBe('one')
  })

  test('behind many that crash one after the other the next one is read', async () => {
    const pool = open({ entry: MISBEHAVING })
    const bad = Array.from({ length: 7 }, () => failureOf(pool.parse(mail('please crash'), 'full')))
    const good = pool.parse(mail('innocent'), 'full')
    expect(new Set(await Promise.all(bad))).toEqual(new Set(['crash']))
    expect((await good).message.text.reply).toBe('innocent')
  })

  test('its second attempt, in safe mode, gives headers, text and the original', async () => {
    const pool = open({ entry: MISBEHAVING })
    expect(await failureOf(pool.parse(mail('please crash'), 'full'))).toBe('crash')
    const { message, attachments } = await pool.parse(mail('please crash'), 'safe')
    expect(message.from?.address).toBe('ana@example.org')
    expect(message.text.full).toBe('please crash')
    expect(attachments.map(({ filename }) => filename)).toEqual(['message.eml'])
  })
})

test('a process that ends while it starts has read nothing: no message is blamed', async () => {
  const pool = open({ entry: join(scratchDir, 'missing.js') })
  const both = ['one', 'two'].map((text) => failureOf(pool.parse(mail(text), 'full')))
  expect(await Promise.all(both)).toEqual(['unavailable', 'unavailable'])
})

test('closing blames nobody: not the one that is being read either', async () => {
  const pool = open({ entry: MISBEHAVING })
  await pool.parse(mail('first, so that a process has started'), 'full')
  const hanging = failureOf(pool.parse(mail('please hang'), 'full'))
  await given()
  await pool.close()
  expect(await hanging).toBe('unavailable')
})

test('closing fails what is waiting', async () => {
  const pool = open({ entry: MISBEHAVING })
  const hanging = failureOf(pool.parse(mail('please hang'), 'full'))
  const waiting = failureOf(pool.parse(mail('waiting'), 'full'))
  await pool.close()
  expect(await Promise.all([hanging, waiting])).toEqual(['unavailable', 'unavailable'])
  expect(await failureOf(pool.parse(mail('too late'), 'full'))).toBe('unavailable')
})

describe('the scratch directory', () => {
  const large = (): Buffer => {
    const body = Buffer.alloc(400_000, 'x').toString('base64').replace(/.{76}/g, '$&\r\n')
    return Buffer.from(
      `From: a@example.org\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}`,
    )
  }
  const host = hostname()
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 40)
  /** No process has it: beyond the largest one Linux gives. */
  const NOBODY = 4_194_305

  test('two pools of one process share it', async () => {
    const pools = [open(), open()]
    const parsed = await Promise.all(pools.map((pool) => pool.parse(large(), 'full')))
    expect(parsed.map(({ attachments }) => attachments[0]?.size)).toEqual([400_000, 400_000])
    expect(readdirSync(scratchDir)).toHaveLength(2)
    await pools[0]?.close()
    const [file] = parsed[1]?.attachments ?? []
    expect(file !== undefined && existsSync(contentFileOf(file) ?? '')).toBe(true)
  })

  test.each([
    ['removes', 'of a process that is gone', `parse-${host}-${NOBODY}-abc`, 0],
    ['removes', 'of an earlier process with our id', `parse-${host}-${process.pid}-abc`, 2],
    ['removes', 'of another host after a day', 'parse-elsewhere-1-abc', 25],
    ['keeps', 'of another host', `parse-elsewhere-${NOBODY}-abc`, 2],
    ['keeps', 'of a process that runs', `parse-${host}-${process.ppid}-abc`, 2],
    ['keeps', 'of this process', `parse-${host}-${process.pid}-abc`, 0],
    ['keeps', 'of somebody else', 'notes', 1_000],
  ])('opening a pool %s a folder %s', async (does, _whose, name, hours) => {
    const folder = join(scratchDir, name)
    mkdirSync(join(folder, '1'), { recursive: true })
    const touched = new Date(Date.now() - hours * 3_600_000)
    utimesSync(folder, touched, touched)
    await open().close()
    expect(existsSync(folder)).toBe(does === 'keeps')
  })
})
