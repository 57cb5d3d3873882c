/**
 * `postroom explain`: what a message is and why, without a database.
 *
 * The batch form reads one JSON object per line and writes one line for each, in order: garbage
 * lines, poisonous messages and dying parser processes included. It holds only a window of
 * messages at a time, whatever the length of the stream.
 */
import { readFile } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { messageOf, OperatorError } from '../errors.ts'
import { explain, unreadableExplanation } from '../inbound/explanation.ts'
import type { ExplainedContext, Explanation } from '../inbound/explanation.ts'
import { releaseParsed } from '../inbound/parse.ts'
import type { Parsed, Parser } from '../inbound/parse.ts'
import { screen } from '../inbound/screen.ts'
import { authenticationOf } from '../mail/authentication-results.ts'
import type { OwnIdentity } from '../mail/verdict.ts'
import { explanationText } from './explain-text.ts'
import { linesOf } from './explain-lines.ts'
import type { Terminal } from './progress.ts'
import { withParser } from './with-parser.ts'
import { writePiece } from './write-piece.ts'

export interface ExplainIo {
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable & Terminal
}

/** What is known beside the message itself. */
export interface ExplainKnowledge {
  readonly own: OwnIdentity
  readonly contextOf: (parsed: Parsed) => ExplainedContext | Promise<ExplainedContext>
}

export interface ExplainOptions {
  readonly json: boolean
  readonly knowledge: ExplainKnowledge
}

/** Explains each file; the exit code is 1 when one cannot be read. */
export async function explainFiles(
  files: readonly string[],
  { json, knowledge }: ExplainOptions,
  io: ExplainIo,
): Promise<number> {
  let exitCode = 0
  await withParser(1, async (parser) => {
    for (const file of files) {
      try {
        const source = await readFile(file)
        const explanation = await explainSource(parser, source, knowledge)
        const shown = json
          ? JSON.stringify(explanation, null, 2)
          : explanationText(explanation, file)
        await writePiece(io.stdout, `${shown}\n`)
      } catch (error) {
        if (error instanceof OperatorError) throw error
        exitCode = 1
        await writePiece(io.stderr, `postroom explain: ${file}: ${messageOf(error)}\n`)
      }
    }
  })
  return exitCode
}

/** Messages read at the same time. */
const PROCESSES = 2
/** Answers waiting for an earlier one; each holds one message. */
const WINDOW = 16
/** A line longer than this is not decoded: 100 MB of message in base64, and its JSON. */
const LINE_BYTES_MAX = 140_000_000

/** Explains a stream of messages; always 0, because an answer is given for every line. */
export async function explainBatch(
  io: ExplainIo,
  { knowledge, entry }: { knowledge: ExplainKnowledge; entry?: string },
): Promise<number> {
  await withParser(
    PROCESSES,
    async (parser) => {
      const window: Promise<string>[] = []
      for await (const line of linesOf(io.stdin, LINE_BYTES_MAX)) {
        window.push(answerLine(parser, line, knowledge))
        if (window.length >= WINDOW) await writePiece(io.stdout, (await window.shift()) ?? '')
      }
      for (const answer of window) await writePiece(io.stdout, await answer)
    },
    entry,
  )
  return 0
}

/** The answer to one input line, with its line end; '' for an empty line. */
async function answerLine(
  parser: Parser,
  line: Buffer | null,
  knowledge: ExplainKnowledge,
): Promise<string> {
  if (line === null) return unanswerable(null, `line is longer than ${LINE_BYTES_MAX} bytes`)
  const text = line.toString('utf8')
  if (text.trim() === '') return ''
  const { id, source } = readRequest(text)
  if (typeof source === 'string') return unanswerable(id, source)
  const explanation = await explainSource(parser, source, knowledge)
  return `${JSON.stringify({ id, ...explanation })}\n`
}

const unanswerable = (id: unknown, problem: string): string =>
  `${JSON.stringify({ id, ...unreadableExplanation(problem) })}\n`

interface BatchRequest {
  /** As it came; null where there is none to be read. */
  readonly id: unknown
  /** Or what is wrong with it. */
  readonly source: Buffer | string
}

function readRequest(text: string): BatchRequest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { id: null, source: `line is not JSON: ${messageOf(error)}` }
  }
  if (typeof value !== 'object' || value === null) return { id: null, source: NO_SOURCE }
  const id = 'id' in value ? value.id : null
  if (!('source' in value)) return { id, source: NO_SOURCE }
  if (typeof value.source !== 'string') return { id, source: '"source" is not a string' }
  return { id, source: Buffer.from(value.source, 'base64') }
}

const NO_SOURCE = 'line has no "source"'

/** Full, then safe mode, then an answer that says only what went wrong. Never rejects. */
async function explainSource(
  parser: Parser,
  source: Buffer,
  knowledge: ExplainKnowledge,
): Promise<Explanation> {
  const problems: string[] = []
  for (const mode of ['full', 'safe'] as const) {
    try {
      const parsed = await parser.parse(source, mode)
      return await explainParsed(parsed, problems, knowledge)
    } catch (error) {
      problems.push(`${mode} reading failed: ${messageOf(error)}`)
    }
  }
  return unreadableExplanation(problems.join('; '))
}

async function explainParsed(
  parsed: Parsed,
  problems: readonly string[],
  { own, contextOf }: ExplainKnowledge,
): Promise<Explanation> {
  const message = { ...parsed.message, problems: [...problems, ...parsed.message.problems] }
  const authentication = authenticationOf(message, own.authservId)
  const verdict = screen(message, own, authentication)
  await releaseParsed(parsed)
  return explain(message, verdict, authentication, await contextOf({ ...parsed, message }))
}
