/** Files that somebody deletes or changes in the store, behind our back. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { onSqlite } from '../kit/databases.ts'
import { apiStarter, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const BYTES = Buffer.from('%PDF-1.7 a plan, and rather a long one'.repeat(5_000))
const start = apiStarter(onSqlite({ prepare: migrated }))

/** Ana's ticket with a file; where its bytes lie. */
async function stored(api: TestApi): Promise<string> {
  const uploaded = await api.ana.send('POST', '/api/v1/attachments', BYTES, {
    'content-type': 'application/pdf',
  })
  const body = { subject: 'Plan', text: 'See the file.', attachments: [uploaded.body.id] }
  expect((await api.ana.post('/api/v1/tickets', body)).status).toBe(201)
  const { sha256 } = await api.store.read('attachments').first<{ sha256: string }>('sha256')
  return api.context.blobs.fileOf(sha256) ?? ''
}

const download = (api: TestApi): Promise<Response> =>
  fetch(`${api.url}/api/v1/attachments/1`, { headers: { authorization: api.ana.authorization } })

test('bad input 197: a file that was deleted is said to be missing, and its ticket is as it was', async () => {
  const api = await start()
  await rm(await stored(api))
  const answer = await api.ana.get('/api/v1/attachments/1')
  expect(answer).toMatchObject({ status: 410, body: { code: 'file-missing' } })
  expect((await api.ana.get('/api/v1/tickets/1/comments')).body.data).toHaveLength(1)
})

test.each<[string, (bytes: Buffer) => Buffer]>([
  ['changed', (bytes) => Buffer.concat([Buffer.from('EVIL'), bytes.subarray(4)])],
  ['cut off', (bytes) => bytes.subarray(0, -10)],
  ['made longer', (bytes) => Buffer.concat([bytes, Buffer.from('and more')])],
])('bad input 197: a file that was %s is never given out as whole', async (_what, change) => {
  const api = await start()
  const file = await stored(api)
  await writeFile(file, change(await readFile(file)))
  const whole = download(api).then(async (response) => response.arrayBuffer())
  await expect(whole).rejects.toThrow()
  expect((await api.ana.get('/api/v1/tickets/1')).status).toBe(200)
})

test('a file that is as it was comes whole', async () => {
  const api = await start()
  await stored(api)
  const response = await download(api)
  expect(Buffer.from(await response.arrayBuffer()).equals(BYTES)).toBe(true)
})

test.each<[string, Record<string, string>]>([
  ['', {}],
  [' of a part', { range: 'bytes=2-9' }],
])('a file is closed again when only the headers%s are asked for', async (_what, headers) => {
  const api = await start()
  await stored(api)
  const open = vi.spyOn(api.context.blobs, 'open')
  const response = await fetch(`${api.url}/api/v1/attachments/1`, {
    method: 'HEAD',
    headers: { authorization: api.ana.authorization, ...headers },
  })
  expect(response.ok).toBe(true)
  const content = await open.mock.results[0]?.value
  await expect.poll(() => content?.destroyed).toBe(true)
})
