/** The parser for one command: its processes and its scratch directory go with it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openParser, type Parser } from '../inbound/parse.ts'

export async function withParser(
  processes: number,
  work: (parser: Parser) => Promise<void>,
  entry?: string,
): Promise<void> {
  const scratchDir = await mkdtemp(join(tmpdir(), 'postroom-explain-'))
  const parser = openParser({ processes, scratchDir, ...(entry === undefined ? {} : { entry }) })
  try {
    parser.warm()
    await work(parser)
  } finally {
    await parser.close()
    await rm(scratchDir, { recursive: true, force: true })
  }
}
