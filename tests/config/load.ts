/** Reading a configuration that a test wrote down. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Config, type Environment, loadConfig } from '../../src/config.ts'
import { OperatorError } from '../../src/errors.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'
import { afterAll } from 'vitest'

const scratch = makeScratch('config')
afterAll(() => removeScratch(scratch))

/** A new directory for one configuration. */
export const configDirectory = (): string => mkdtempSync(path.join(scratch, 'c-'))

export const INBOX = `inboxes:
  - name: Support
    address: support@acme.test
    imap: { host: imap.acme.test, user: support, password: hunter2 }
    smtp: { host: smtp.acme.test, user: support, password: hunter2 }
`

/** Writes a configuration and reads it; files beside it as given. */
export function load(
  source: string,
  { env = {}, files = {} }: { env?: Environment; files?: Record<string, string> } = {},
): Config {
  const directory = configDirectory()
  writeFileSync(path.join(directory, 'postroom.yaml'), source, { mode: 0o600 })
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(directory, name), text, { mode: 0o600 })
  }
  return loadConfig('postroom.yaml', env, directory)
}

export function refusal(work: () => unknown): OperatorError {
  try {
    work()
  } catch (err) {
    if (err instanceof OperatorError) return err
    throw err
  }
  throw new Error('nothing was refused')
}

export const inbox = (imap: string, more = ''): string =>
  INBOX.replace('{ host: imap.acme.test, user: support, password: hunter2 }', imap) + more
export const imap = (more: string): string =>
  inbox(`{ host: imap.acme.test, user: support, password: hunter2, ${more} }`)
export const smtp = (more: string): string =>
  INBOX.replace('smtp: { host: smtp.acme.test,', `smtp: { host: smtp.acme.test, ${more},`)
