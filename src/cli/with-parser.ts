/** The parser for one command: its processes and its scratch directory go with it. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openParser, type Parser } from '../inbound/parse.ts'
import { scratchFor } from './unfinished.ts'

export async function withParser(
  processes: number,
  work: (parser: Parser) => Promise<void>,
  entry?: string,
): Promise<void> {
  const scratchDir = await mkdtemp(join(tmpdir(), 'postroom-explain-'))
  const parser = openParser({ processes, scratchDir, ...(entry === undefined ? {} : { entry }) })
  await scratchFor(scratchDir, async () => {
    try {
      parser.warm()
      await work(parser)
    } finally {
      await parser.close()
    }
  })
}
