/**
 * Whole mails and what we say about them. `<name>.expected.json` beside each fixture is the
 * explanation; with UPDATE_FIXTURES=1 it is rewritten, and the diff is reviewed.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { explain, unreadableExplanation } from '../../src/inbound/explanation.ts'
import { readMessage } from '../../src/inbound/parser/read-message.ts'
import { screen } from '../../src/inbound/screen.ts'
import { authenticationOf } from '../../src/mail/authentication-results.ts'
import type { OwnIdentity } from '../../src/mail/verdict.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'mail')
const OWN: OwnIdentity = {
  addresses: ['support@acme.test'],
  loopMarker: null,
  authservId: 'mx.acme.test',
}
const scratchDir = mkdtempSync(join(tmpdir(), 'postroom-explanation-'))
afterAll(() => rmSync(scratchDir, { recursive: true, force: true }))

async function explanationOf(name: string): Promise<ReturnType<typeof explain>> {
  const source = readFileSync(join(FIXTURES, name))
  const { message } = await readMessage(source, {
    mode: 'full',
    scratchDir: join(scratchDir, name),
  })
  const authentication = authenticationOf(message, OWN.authservId)
  return explain(message, screen(message, OWN, authentication), authentication)
}

const names = readdirSync(FIXTURES).filter((name) => name.endsWith('.eml'))

describe('a mail is explained as reviewed', () => {
  test.each(names)('%s', async (name) => {
    const explanation = await explanationOf(name)
    const file = join(FIXTURES, name.replace(/\.eml$/, '.expected.json'))
    if (process.env['UPDATE_FIXTURES'] === '1') {
      writeFileSync(file, `${JSON.stringify(explanation, null, 2)}\n`)
    }
    expect(explanation).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  })
})

test('an unreadable message has the same members as a readable one', async () => {
  const readable = await explanationOf('broken-boundary.eml')
  expect(Object.keys(unreadableExplanation('x'))).toEqual(Object.keys(readable))
})
