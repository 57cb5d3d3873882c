/** The parser as a whole against broken mail: it answers, in time, and loses nothing. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { bytesOf } from '../../../src/inbound/parser/content.ts'
import type { Parsed } from '../../../src/inbound/parser/protocol.ts'
import { readMessage } from '../../../src/inbound/parser/read-message.ts'
import { mutated, mutations } from './mutate.ts'

const scratch = mkdtempSync(join(tmpdir(), 'postroom-fuzz-'))
let messages = 0
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** More: `FUZZ_RUNS=20000 npx vitest run tests/inbound/parser/fuzz.test.ts`. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 250)
const TIMEOUT_MS = 60_000 + RUNS * 50
/** Far above what any of these small messages needs. Of the processor: a busy machine is no fault. */
const CPU_MS_MAX = 3_000

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

const read = (bytes: Buffer): Promise<Parsed> =>
  readMessage(bytes, { mode: 'full', scratchDir: join(scratch, String(messages++)) })

const FIXTURES = join(import.meta.dirname, '../../fixtures/mail')
const seeds = readdirSync(FIXTURES)
  .filter((name) => name.endsWith('.eml'))
  .map((name) => readFileSync(join(FIXTURES, name)))

/** Everything a person can get at. */
function shown({ message, attachments }: Parsed): string {
  const files = attachments.map(({ content }) => bytesOf(content).toString('latin1'))
  return [message.text.full, message.html ?? '', ...files].join('\n')
}

/**
 * At least this much behind the headers, or there is nothing to lose. Empty lines before the
 * headers do not end them.
 */
const BODY = /\r?\n\r?\n[^]*?[a-z0-9]{20}/i
const hasBody = (bytes: Buffer): boolean =>
  BODY.test(bytes.toString('latin1').replace(/^[\r\n]+/, ''))

test(
  'broken mail is answered in time, and something of it is there to see',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...seeds), mutations, async (seed, breaks) => {
        const bytes = mutated(seed, breaks)
        const started = cpuMs()
        const parsed = await read(bytes)
        expect(cpuMs() - started).toBeLessThan(CPU_MS_MAX)
        expect(JSON.stringify(parsed.message)).not.toMatch(/\\u0000|\\ud[89a-f]/)
        if (hasBody(bytes)) expect(shown(parsed).trim()).not.toBe('')
      }),
      { numRuns: RUNS },
    )
  },
  TIMEOUT_MS,
)

interface Leaf {
  readonly type: string
  readonly named: boolean
  readonly encoding: '7bit' | 'base64' | 'quoted-printable'
}

interface Node {
  readonly subtype: string
  readonly children: readonly (Leaf | Node)[]
  readonly closed: boolean
  readonly padding: string
  readonly preamble: boolean
}

const leaves: fc.Arbitrary<Leaf> = fc.record({
  type: fc.constantFrom(
    'text/plain',
    'text/html',
    'text/enriched',
    'text/calendar',
    'image/png',
    'application/pdf',
    'application/pgp-signature',
    'application/ms-tnef',
    'application/pkcs7-mime',
    'message/rfc822',
    'message/delivery-status',
    'x/y',
  ),
  named: fc.boolean(),
  encoding: fc.constantFrom('7bit', 'base64', 'quoted-printable'),
})

const { tree } = fc.letrec<{ tree: Node; child: Leaf | Node }>((tie) => ({
  child: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaves, tie('tree')),
  tree: fc.record({
    subtype: fc.constantFrom('mixed', 'alternative', 'related', 'signed', 'report', 'x-new'),
    children: fc.array(tie('child'), { minLength: 1, maxLength: 4 }),
    closed: fc.boolean(),
    padding: fc.constantFrom('', ' ', '\t '),
    preamble: fc.boolean(),
  }),
}))

/** Writes the tree down; every leaf holds a word of its own, all of which `words` gets. */
function written(node: Node | Leaf, words: string[], end: string): string {
  if (!('children' in node)) return writtenLeaf(node, words, end)
  const boundary = `b${words.length}x${node.children.length}`
  const parts = node.children.map(
    (child) => `--${boundary}${node.padding}${end}${written(child, words, end)}${end}`,
  )
  const preamble = node.preamble ? `For old programs.${end}` : ''
  const last = node.closed ? `--${boundary}--${node.padding}${end}` : ''
  return `Content-Type: multipart/${node.subtype}; boundary=${boundary}${end}${end}${preamble}${parts.join('')}${last}`
}

function writtenLeaf({ type, named, encoding }: Leaf, words: string[], end: string): string {
  const word = `word${words.length}end`
  words.push(word)
  const content = type === 'message/rfc822' ? `Subject: ${word}${end}${end}${word}` : `The ${word}.`
  // The signature of signed mail is no file unless it has a name.
  const name = named || type === 'application/pgp-signature' ? `; name=file${words.length}.dat` : ''
  const head = `Content-Type: ${type}${name}${end}Content-Transfer-Encoding: ${encoding}${end}${end}`
  return head + (encoding === 'base64' ? Buffer.from(content).toString('base64') : content)
}

test(
  'every leaf of any tree is shown or listed',
  async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.constantFrom('\n', '\r\n'), async (root, end) => {
        const words: string[] = []
        const source = `From: ana@example.org${end}${written(root, words, end)}`
        const everything = shown(await read(Buffer.from(source)))
        expect(words.filter((word) => !everything.includes(word))).toEqual([])
      }),
      { numRuns: RUNS },
    )
  },
  TIMEOUT_MS,
)
