/** The examples of docs/api.md, run one after another as a reader would, and what they say comes. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ensureUser } from '../../src/store/users.ts'
import type { Address } from '../../src/mail/address.ts'
import { onSqlite } from '../kit/databases.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { ROOT } from '../kit/source-tree.ts'
import { apiStarter } from './desk-api.ts'
import { migrated } from './desk-context.ts'

interface Example {
  readonly script: string
  /** What the last line of its output has; null: nothing is said of it. */
  readonly answer: unknown
}

/** Each `sh` block with the `json` block after it. */
function examplesOf(markdown: string): Example[] {
  const blocks = [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, kind, text = '']) => ({
    kind,
    text,
  }))
  return blocks.flatMap(({ kind, text }, n) => {
    if (kind !== 'sh') return []
    const next = blocks[n + 1]
    return [{ script: text, answer: next?.kind === 'json' ? JSON.parse(next.text) : null }]
  })
}

const MARK = '=== the next example'
const GUIDE = readFileSync(join(ROOT, 'docs', 'api.md'), 'utf8')

describe('the guide to the API', () => {
  const start = apiStarter(onSqlite({ prepare: migrated }))
  const scratch = scratchDirectories('api-guide')

  test('shows what is so', async () => {
    const api = await start()
    const email = 'you@example.org' as Address
    await api.store.transaction((tx) =>
      ensureUser(tx, { email, name: 'You', role: 'agent', state: 'active' }, api.clock.at),
    )
    const examples = examplesOf(GUIDE)
    expect(examples.length).toBeGreaterThan(15)
    const postroom = `postroom() { node --import ${tsx()} ${join(ROOT, 'src', 'main.ts')} "$@"; }`
    const script = [
      'set -eu',
      postroom,
      // A stream has no end of its own.
      'curl() { command curl --max-time 2 "$@" || test $? -eq 28; }',
      ...examples.map((example) => `${example.script}\necho; echo '${MARK}'`),
    ].join('\n')
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-c', script.replace('http://127.0.0.1:8025', api.url)],
      {
        cwd: scratch.make(),
        env: {
          ...process.env,
          POSTROOM_CONFIG: undefined,
          POSTROOM_DATABASE_URL: api.config.database.kind === 'sqlite' ? url(api) : '',
          POSTROOM_DATA_DIR: api.config.dataDir,
          NO_PROXY: '127.0.0.1',
        },
      },
    )
    const outputs = stdout.split(MARK).map((text) => text.trim())
    for (const [n, { script: ran, answer }] of examples.entries()) {
      if (answer === null) continue
      const last = outputs[n]?.split('\n').at(-1) ?? ''
      expect([ran, JSON.parse(last)]).toMatchObject([ran, answer])
    }
    expect(outputs.join('\n')).toContain('retry: 3000')
  }, 60_000)
})

const url = ({ config }: { config: { database: object } }): string =>
  `sqlite:${(config.database as { file: string }).file}`

/** Found from here: the examples run in a directory of their own. */
const tsx = (): string => import.meta.resolve('tsx')
