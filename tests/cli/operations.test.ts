/** `postroom verify`, `where-is` and `import`, on a desk that has one mail. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { MESSAGE_BYTES_MAX } from '../../src/inbound/fetch-options.ts'
import { insertInbound } from '../../src/store/inbound-messages.ts'
import { openWorkplace } from '../../src/workplace.ts'
import { overwriteTable } from '../kit/overwrite-table.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { listUpkeep } from '../../src/store/upkeep.ts'
import { run } from './run-program.ts'

const scratch = scratchDirectories('operations')
let file: string
const postroom = (...words: string[]) => run([...words, '--config', file])

beforeEach(async () => {
  file = path.join(scratch.make(), 'postroom.yaml')
  const account = '{ host: 127.0.0.1, port: 1, tls: none, user: x, password: x }'
  writeFileSync(
    file,
    `data_dir: ./data\ninboxes:\n  - name: Support\n    address: support@acme.test\n    imap: ${account}\n    smtp: ${account}\n`,
  )
  const workplace = await openWorkplace(loadConfig(file, {}, '/'))
  const { sha256, size } = await workplace.context.blobs.put(Buffer.from('Subject: x\r\n\r\nx'))
  const row = {
    inboxId: 1,
    folder: 'INBOX',
    uidValidity: 1,
    uid: 7,
    sha256,
    size,
    messageId: 'one@customer.test',
    bodyHash: null,
    internalAt: null,
    fate: 'ignored' as const,
    reasons: ['was there before'],
    duplicateOf: null,
    marked: 'none' as const,
  }
  await workplace.store.transaction((tx) => insertInbound(tx, [row], new Date(0)))
  await workplace.close()
})

test('where-is says what became of a message, in words and as JSON', async () => {
  for (const id of ['one@customer.test', '<one@customer.test>']) {
    const { code, stdout } = await postroom('where-is', id)
    expect(code).toBe(0)
    expect(stdout).toBe(
      'received 1970-01-01T00:00:00.000Z in Support (INBOX, UID 7): ignored\n         was there before\n',
    )
  }
  const { stdout } = await postroom('where-is', 'one@customer.test', '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    message_id: 'one@customer.test',
    received: [{ id: 1, inbox: 'Support', fate: 'ignored' }],
    sent: [],
  })
})

test('where-is says that it never saw one', async () => {
  expect(await postroom('where-is', 'two@customer.test')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'No message <two@customer.test> was ever received or sent here.\n',
  })
})

test('verify reads everything again, and finds what is gone', async () => {
  const good = await postroom('verify')
  expect(good).toMatchObject({ code: 0, stderr: '' })
  expect(good.stdout).toMatch(/invariants and 1 stored files checked: all hold\n$/)
  const workplace = await openWorkplace(loadConfig(file, {}, '/'))
  await workplace.store.transaction((tx) => tx('blob_chunks').update({ data: Buffer.from('y') }))
  await workplace.close()
  const changed = await postroom('verify', '--json')
  expect(changed.code).toBe(1)
  expect(JSON.parse(changed.stdout)).toMatchObject({
    ok: false,
    broken: [{ invariant: 'every stored source and attachment is what it was' }],
  })
})

test('the desk remembers what verify found last, so that its daemon can tell', async () => {
  const workplace = await openWorkplace(loadConfig(file, {}, '/'))
  const { store } = workplace
  const remembered = async () => (await listUpkeep(store.read)).find((one) => one.task === 'verify')
  expect(await remembered()).toBeUndefined()
  await store.transaction((tx) => tx('inbound_messages').update({ fate: 'ticket' }))
  await postroom('verify')
  expect(await remembered()).toMatchObject({
    succeededAt: null,
    found: 'not true: a message that became a ticket or a comment names one that is there',
  })
  await store.transaction((tx) => tx('inbound_messages').update({ fate: 'ignored' }))
  await postroom('verify')
  expect(await remembered()).toMatchObject({ succeededAt: expect.any(Date), found: null })
  await workplace.close()
})

test('verify of a damaged database reports the damage, and goes on with what can be read', async () => {
  await overwriteTable(path.join(path.dirname(file), 'data', 'postroom.db'), 'inbound_messages')
  const damaged = await postroom('verify', '--json')
  expect(damaged.code).toBe(1)
  const undamaged = { invariant: 'the database file is undamaged', examples: expect.any(Array) }
  expect(JSON.parse(damaged.stdout)).toMatchObject({ ok: false, broken: [undamaged] })
  expect((await postroom('verify')).stdout).toContain('broken: the database file is undamaged\n')
})

test('import stores old mail once, however often it is repeated', async () => {
  const mbox = path.join(path.dirname(file), 'old.mbox')
  const mail = (id: number) =>
    `From x\nMessage-ID: <old-${id}@x.test>\nSubject: ${id}\n\nText ${id}\n\n`
  writeFileSync(mbox, mail(1) + mail(2))
  const importing = () => postroom('import', 'mbox', mbox, '--inbox', 'support')
  expect((await importing()).stdout).toMatch(/^2 message\(s\) stored, 0 were there already/)
  writeFileSync(mbox, mail(1) + mail(2) + mail(3))
  expect((await importing()).stdout).toMatch(/^1 message\(s\) stored, 2 were there already/)
  const { stdout } = await postroom('where-is', 'old-3@x.test')
  expect(stdout).toContain('pending\n         imported')
})

test('import names each message that is too large, and fails when it has stored the others', async () => {
  const mbox = path.join(path.dirname(file), 'old.mbox')
  const large = 'x'.repeat(MESSAGE_BYTES_MAX)
  writeFileSync(mbox, `From a\nSubject: 1\n\n${large}\n\nFrom b\nSubject: 2\n\nText\n`)
  const imported = await postroom('import', 'mbox', mbox, '--inbox', 'support')
  expect(imported.code).toBe(1)
  expect(imported.stderr).toBe(
    `postroom import: ${mbox}, message 1 (at byte 0) has more than ${MESSAGE_BYTES_MAX} bytes and is left out.\n`,
  )
  expect(imported.stdout).toMatch(/^1 message\(s\) stored, 0 were there already, 1 too large\b/)
})

test('import says what it cannot read, and which inboxes and kinds there are', async () => {
  const gone = await postroom('import', 'mbox', '/nowhere/x', '--inbox', 'Support')
  expect(gone).toMatchObject({ code: 69 })
  expect(gone.stderr).toContain('/nowhere/x cannot be read as mbox')
  const directory = await postroom('import', 'mbox', path.dirname(file), '--inbox', 'Support')
  expect(directory).toMatchObject({ code: 69 })
  expect(directory.stderr).toContain(`${path.dirname(file)} cannot be read as mbox: EISDIR`)
  const inbox = await postroom('import', 'eml', '/nowhere', '--inbox', 'Sales')
  expect(inbox).toMatchObject({ code: 2 })
  expect(inbox.stderr).toContain('There are: Support')
  const kind = await postroom('import', 'pst', '/nowhere', '--inbox', 'Support')
  expect(kind).toMatchObject({ code: 2 })
  expect(kind.stderr).toContain('mbox, maildir, eml')
})
