/** Rows 190-201 of the table of bad inputs: a database that is locked, restarted, or in a place where none can be. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { OperatorError } from '../../src/errors.ts'
import { openWorkplace } from '../../src/workplace.ts'
import { apiStarter } from '../api/desk-api.ts'
import { migrated } from '../api/desk-context.ts'
import { onPostgres, onSqlite } from '../kit/databases.ts'
import { scratchDirectories } from '../kit/scratch.ts'

const LOCK_HOLDER = path.join(import.meta.dirname, '..', 'kit', 'write-lock-holder.ts')
const TICKET = { subject: 'Printer', text: 'It burns.' }
const TICKETS = '/api/v1/tickets'
const onFile = apiStarter(onSqlite({ prepare: migrated }))
const onServer = apiStarter(onPostgres({ prepare: migrated }))
const scratch = scratchDirectories('bad-database')

test('bad input 195: a lock that another program holds is 503 to whoever writes, and readers notice nothing', async () => {
  const api = await onFile()
  await api.ana.post(TICKETS, TICKET)
  const { file } = (await api.store.read.raw('PRAGMA database_list'))[0] as { file: string }
  const holder = fork(LOCK_HOLDER, [file])
  onTestFinished(() => void holder.kill('SIGKILL'))
  await once(holder, 'message')
  const [refused, read] = await Promise.all([
    api.ana.post(TICKETS, TICKET),
    api.ana.get(`${TICKETS}/1`),
  ])
  expect(read.status).toBe(200)
  expect(refused).toMatchObject({ status: 503, body: { code: 'database-unavailable' } })
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  expect((await api.ana.post(TICKETS, TICKET)).status).toBe(201)
  expect((await api.ana.get(TICKETS)).body.data).toHaveLength(2)
})

test('bad input 201: connections that PostgreSQL ends cost a 503 at most, and never a second ticket', async () => {
  const api = await onServer()
  const end = () =>
    api.store.read.raw(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
  const statuses: number[] = []
  const opening = Array.from({ length: 40 }, async (_, n) => {
    const { status } = await api.ana.post(TICKETS, { ...TICKET, subject: `n${n}` })
    statuses.push(status)
  })
  const ending = Array.from({ length: 5 }, () => end().catch(() => undefined))
  await Promise.all([...opening, ...ending])
  expect(statuses.filter((status) => status !== 201 && status !== 503)).toEqual([])
  await expect.poll(async () => (await api.ana.post(TICKETS, TICKET)).status).toBe(201)
  const tickets = await api.ana.all(TICKETS)
  const subjects = tickets.map(({ subject }) => subject).filter((subject) => subject !== 'Printer')
  expect(new Set(subjects).size).toBe(subjects.length)
  expect(subjects.length).toBeGreaterThanOrEqual(statuses.filter((one) => one === 201).length)
})

const PLACES: readonly [string, (base: string) => string][] = [
  [
    'is a file',
    (base) => {
      writeFileSync(path.join(base, 'file'), '')
      return path.join(base, 'file')
    },
  ],
  [
    'is below a file',
    (base) => {
      writeFileSync(path.join(base, 'file'), '')
      return path.join(base, 'file', 'data')
    },
  ],
  [
    'is a link to itself',
    (base) => {
      symlinkSync('loop', path.join(base, 'loop'))
      return path.join(base, 'loop')
    },
  ],
  ['cannot be made', () => '/proc/postroom'],
]

test.each(PLACES)(
  'bad input 190: a data directory that %s is said to be so, with what to do',
  async (_what, place) => {
    const dataDir = place(scratch.make())
    const config = configFrom({ data_dir: dataDir }, { env: {}, baseDir: '/' })
    const refused = await openWorkplace(config).then(
      () => expect.fail('it was opened'),
      (err: unknown) => err,
    )
    expect(refused).toBeInstanceOf(OperatorError)
    expect(refused).toMatchObject({ exitCode: 78 })
    expect(String(refused)).toMatch(/data directory .* cannot be written.*set data_dir/)
  },
)

test('bad input 190: a data directory that is not there yet is made, for its owner alone', async () => {
  const dataDir = path.join(scratch.make(), 'a', 'b')
  const config = configFrom({ data_dir: dataDir }, { env: {}, baseDir: '/' })
  const workplace = await openWorkplace(config)
  await workplace.close()
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
})
