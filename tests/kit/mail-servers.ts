/**
 * Real mail servers around a test: Dovecot for IMAP, Exim for SMTP, between them LMTP.
 *
 *   describeWithMailServers('a day at the desk', () => {
 *     test('...', async () => {
 *       const servers = await startMailServers()
 *       ...
 *       await servers.stop()
 *
 * Where they are not installed these suites are skipped and the end of the run says so; with
 * CI=true that is a failure.
 */
import { existsSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { MAIL_SERVER_PACKAGES, SKIPPED_WITHOUT_SERVERS } from './mail-server-packages.ts'
import { keepServerDirectories } from './start-mail-servers.ts'

export { type MailServers, startMailServers } from './start-mail-servers.ts'

const SERVERS = [
  '/usr/sbin/dovecot',
  '/usr/lib/dovecot/imap',
  '/usr/lib/dovecot/lmtp',
  '/usr/sbin/exim4',
  '/usr/bin/mutt',
  '/usr/bin/s-nail',
]

export function describeWithMailServers(name: string, suite: () => void): void {
  const missing = SERVERS.filter((path) => !existsSync(path))
  if (missing.length === 0) {
    describe(name, () => {
      afterEach((context) => {
        if (context.task.result?.state === 'fail') keepServerDirectories()
      })
      suite()
    })
  } else if (process.env.CI === 'true') {
    test(`${name}: the mail servers are installed`, () => {
      expect(missing, `apt-get install ${MAIL_SERVER_PACKAGES.join(' ')}`).toEqual([])
    })
  } else {
    describe.skip(`${name} ${SKIPPED_WITHOUT_SERVERS}`, suite)
  }
}
