/** A configuration file for commands beside a desk of the tests. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestDatabase } from '../kit/databases.ts'
import { SUPPORT } from '../kit/desk-context.ts'
import type { RunningDesk } from '../kit/running-desk.ts'

/** Returns its path. */
export function writeConfig(desk: RunningDesk, database: TestDatabase): string {
  const file = path.join(database.dataDir, 'postroom.yaml')
  const account = (port: number): string =>
    `{ host: 127.0.0.1, port: ${port}, tls: none, user: ${SUPPORT}, password: secret }`
  const { imap, smtp } = desk.world
  writeFileSync(
    file,
    `data_dir: ${database.dataDir}\ndatabase: ${database.url}\ninboxes:\n  - name: Support\n    address: ${SUPPORT}\n    imap: ${account(imap.port)}\n    smtp: ${account(smtp.port)}\n`,
  )
  return file
}
