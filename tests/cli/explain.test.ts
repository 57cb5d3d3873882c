/** `postroom explain`: an answer for every line, in order, whatever comes in. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { explainBatch, explainFiles } from '../../src/cli/explain.ts'
import { plainKnowledge } from '../../src/cli/explain-knowledge.ts'
import { linesOf } from '../../src/cli/explain-lines.ts'

const MISBEHAVING = fileURLToPath(new URL('../inbound/misbehaving-parser.ts', import.meta.url))
const knowledge = plainKnowledge()
const folder = mkdtempSync(join(tmpdir(), 'postroom-explain-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const mail = (text: string): string =>
  `From: Ana <ana@example.org>\r\nTo: support@acme.test\r\nSubject: [#7] x\r\n\r\n${text}\r\n`
const line = (id: unknown, text: string): string =>
  `${JSON.stringify({ id, source: Buffer.from(mail(text)).toString('base64') })}\n`

async function batch(input: string, entry?: string): Promise<Record<string, unknown>[]> {
  const out = new Collector()
  const stdin = Readable.from([Buffer.from(input)])
  const io = { stdin, stdout: out, stderr: new PassThrough() }
  expect(await explainBatch(io, { knowledge, ...(entry === undefined ? {} : { entry }) })).toBe(0)
  return out.text
    .split('\n')
    .filter((text) => text !== '')
    .map((text): Record<string, unknown> => JSON.parse(text))
}

class Collector extends Writable {
  text = ''
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

describe('a batch', () => {
  test('gives the whole contract, null where absent', async () => {
    const [answer] = await batch(line('a', 'Hello'))
    expect(answer).toEqual({
      id: 'a',
      message_id: null,
      date: null,
      subject: '[#7] x',
      from: { address: 'ana@example.org', name: 'Ana' },
      sender: null,
      reply_to: [],
      to: [{ address: 'support@acme.test', name: null }],
      cc: [],
      verdict: 'person',
      verdict_reasons: ['nothing says that a machine wrote it'],
      answerable: true,
      reply_text: 'Hello',
      quoted_text: null,
      signature_text: null,
      full_text: 'Hello\n',
      html: null,
      forwarded: null,
      bounce: null,
      attachments: [],
      references: [],
      in_reply_to: [],
      reply_token: null,
      subject_tag: 7,
      authentication: { spf: null, dkim: null, dmarc: null, aligned: false, source: null },
      language: null,
      commands: [],
      problems: ['no usable Message-ID', 'no date'],
    })
  })

  test('names the commands of an agent’s mail as they are written, and no hashtags', async () => {
    const written = '#Status in progress\n/assign ana\n\nWe look into it.\n\n#closer\n#pending'
    const answers = await batch(line(1, written) + line(2, 'Hello.\n\n#sunny'))
    expect(answers.map(({ commands }) => commands)).toEqual([
      ['#Status in progress', '#assign ana', '#pending'],
      [],
    ])
  })

  test('answers in order, garbage lines included', async () => {
    const answers = await batch(
      `${line(1, 'one')}not json\n{"id":2}\n\n[]\n${line('x', 'two')}{"id":3,"source":5}\n${line(null, 'end').trimEnd()}`,
    )
    expect(answers.map(({ id }) => id)).toEqual([1, null, 2, null, 'x', 3, null])
    expect(answers.map(({ reply_text: text }) => text)).toEqual([
      'one',
      '',
      '',
      '',
      'two',
      '',
      'end',
    ])
    expect(answers[1]?.['problems']).toEqual([expect.stringContaining('not JSON')])
    expect(answers[2]?.['problems']).toEqual(['line has no "source"'])
  })

  test('a message that kills its process is explained in safe mode, the next ones normally', async () => {
    const answers = await batch(
      line(1, 'one') +
        line(2, 'please crash') +
        line(3, 'three') +
        line(4, 'please crash') +
        line(5, 'five'),
      MISBEHAVING,
    )
    expect(answers.map(({ id, reply_text: text }) => [id, text])).toEqual([
      [1, 'one'],
      [2, 'please crash'],
      [3, 'three'],
      [4, 'please crash'],
      [5, 'five'],
    ])
    expect(answers[1]?.['problems']).toContainEqual(expect.stringContaining('full reading failed'))
    expect(answers[1]?.['attachments']).toHaveLength(1)
  })

  test('reads no further than its window while nobody takes the answers', async () => {
    let asked = 0
    const endless = Readable.from(
      (function* (): Generator<Buffer> {
        for (let id = 0; id < 300; id++) {
          asked++
          yield Buffer.from(line(id, 'x'.repeat(1_000)))
        }
      })(),
      { highWaterMark: 1 },
    )
    let open = false
    let waiting: () => void = () => {}
    const seen: string[] = []
    const stdout = new Writable({
      highWaterMark: 1,
      write: (chunk: Buffer, _encoding, done) => {
        seen.push(chunk.toString())
        if (open) done()
        else waiting = done
      },
    })
    const running = explainBatch(
      { stdin: endless, stdout, stderr: new PassThrough() },
      { knowledge },
    )
    await waitUntil(() => seen.length > 0)
    expect(asked).toBeLessThan(60)
    open = true
    waiting()
    await running
    expect(seen).toHaveLength(300)
  })
})

test.each([
  ['a full disk fails it', 'ENOSPC', /cannot be written: no room/],
  ['a reader that left does not', 'EPIPE', null],
])('of a stdout that takes nothing: %s', async (_name, code, said) => {
  const stdout = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('no room'), { code })),
  })
  stdout.on('error', () => {})
  const io = { stdin: Readable.from([Buffer.from(line(1, 'x'))]), stdout, stderr: new Collector() }
  const running = explainBatch(io, { knowledge })
  if (said === null) expect(await running).toBe(0)
  else await expect(running).rejects.toThrow(said)
})

async function waitUntil(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 10))
}

test('an overlong line is counted, not kept, and the next one is read', async () => {
  const chunks = ['short\n', 'x'.repeat(50), 'x'.repeat(50), '\nafter\nlast'].map((text) =>
    Buffer.from(text),
  )
  const lines: (string | null)[] = []
  for await (const one of linesOf(Readable.from(chunks), 20)) lines.push(one?.toString() ?? null)
  expect(lines).toEqual(['short', null, 'after', 'last'])
})

describe('files', () => {
  const file = join(folder, 'a.eml')
  writeFileSync(
    file,
    mail('Hello \u001b[31mred\u001b[0m\n\nOn Mon, 5 Jan 2026, Bruno <b@acme.test> wrote:\n> Hi'),
  )

  test('are explained readably, and a mail cannot colour the terminal', async () => {
    const stdout = new Collector()
    const io = { stdin: new PassThrough(), stdout, stderr: new Collector() }
    expect(await explainFiles([file], { json: false, knowledge }, io)).toBe(0)
    expect(stdout.text).toContain('person')
    expect(stdout.text).toMatch(/Subject tag +#7 \(a claim\)/)
    expect(stdout.text).toContain('Folded as quotation: an attribution line')
    expect(stdout.text).not.toContain('\u001b')
  })

  test('are explained as JSON; a missing one is told and the others go on', async () => {
    const stdout = new Collector()
    const stderr = new Collector()
    const io = { stdin: new PassThrough(), stdout, stderr }
    expect(
      await explainFiles([join(folder, 'none.eml'), file], { json: true, knowledge }, io),
    ).toBe(1)
    expect(stderr.text).toContain('none.eml')
    expect(JSON.parse(stdout.text)).toMatchObject({ verdict: 'person', subject_tag: 7 })
  })
})
