import { describe, expect, test } from 'vitest'
import { insertAttachments } from '../../src/store/attachments.ts'
import { onSqlite } from '../kit/databases.ts'
import { apiStarter, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const PNG = Buffer.from('89504e470d0a1a0a', 'hex')

describe('the formatting of a mail as a document', () => {
  const start = apiStarter(onSqlite({ prepare: migrated }))

  /** Ana's ticket, whose opening message came with this HTML and a picture. */
  async function mail(api: TestApi, html: string, contentType = 'image/png'): Promise<void> {
    await api.ana.post('/api/v1/tickets', { subject: 'x', text: 'x' })
    const { sha256, size } = await api.context.blobs.put(PNG)
    await api.store.transaction(async (tx) => {
      await tx('comments').where({ id: 1 }).update({ html })
      const picture = { filename: 'a.png', contentType, inline: true, contentId: 'logo@x' }
      await insertAttachments(tx, [{ commentId: 1, ...picture, sha256, size }], api.clock.at)
    })
  }
  const PAGE = '/api/v1/comments/1/page'

  test('is inert by its policy, and has its pictures in it', async () => {
    const api = await start()
    await mail(api, '<p>Hi <img src="cid:logo@x" alt=""> <img src="cid:other@x"></p>')
    const { status, headers, body } = await api.bruno.get(PAGE)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = headers.get('content-security-policy')?.split('; ')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain('sandbox allow-popups allow-popups-to-escape-sandbox')
    expect(policy).toContain("frame-ancestors 'self'")
    expect(body).toContain(`<img src="data:image/png;base64,${PNG.toString('base64')}" alt="">`)
    expect(body).toContain('cid:other@x')
  })

  test('takes no picture that is a document', async () => {
    const api = await start()
    await mail(api, '<img src="cid:logo@x">', 'image/svg+xml')
    expect((await api.bruno.get(PAGE)).body).not.toContain('data:')
  })

  test('is shown to who sees the comment, and of an agent’s mail to agents', async () => {
    const api = await start()
    await mail(api, '<p>Hi</p>')
    expect((await api.ana.get(PAGE)).status).toBe(200)
    expect((await api.mallory.get(PAGE)).status).toBe(404)
    expect((await api.nobody.get(PAGE)).status).toBe(401)
    await api.store.transaction((tx) => tx('comments').update({ author_type: 'agent' }))
    expect((await api.ana.get(PAGE)).status).toBe(404)
    expect((await api.bruno.get(PAGE)).status).toBe(200)
    await api.store.transaction((tx) => tx('comments').update({ visibility: 'internal' }))
    expect((await api.ana.get(PAGE)).status).toBe(404)
  })
})
