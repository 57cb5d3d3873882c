import { createHash } from 'node:crypto'
import { utimes } from 'node:fs/promises'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import type { DeskContext } from '../../src/desk/context.ts'
import { tidyUp } from '../../src/desk/tidy-up.ts'
import { insertAttachments } from '../../src/store/attachments.ts'
import { sweepBlobs } from '../../src/store/blob-garbage.ts'
import { insertComment } from '../../src/store/comments.ts'
import { insertInbound } from '../../src/store/inbound-messages.ts'
import { sourceOf } from '../../src/store/outbox.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type Client, type Reply, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const PDF = Buffer.from('%PDF-1.7 \0\xff not really', 'latin1')
const TICKETS = '/api/v1/tickets'
const MB = 1024 * 1024

const shaOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** As if the file with these bytes had been stored then. */
const setTimes = ({ blobs }: DeskContext, text: string, at: Date): Promise<void> =>
  utimes(blobs.fileOf(shaOf(text)) ?? '', at, at)

const upload = (
  client: Client,
  headers: Record<string, string> = {},
  body: Uint8Array = PDF,
): Promise<Reply> =>
  client.send('POST', '/api/v1/attachments', body, {
    'content-type': 'application/pdf',
    'content-disposition': 'attachment; filename="plan.pdf"',
    ...headers,
  })

const open = (client: Client, body: object = {}) =>
  client.post(TICKETS, { subject: 'Printer', text: 'It burns.', ...body })

async function bytesAt(client: Client, path: string): Promise<{ headers: Headers; bytes: Buffer }> {
  const headers = { authorization: client.authorization }
  const response = await fetch(`${client.url}${path}`, { headers })
  return { headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
}

/** What each of the cast is answered. */
async function statusesOf(api: TestApi, path: string): Promise<number[]> {
  const all = [api.ana, api.mallory, api.bruno, api.carla]
  return Promise.all(all.map(async (client) => (await client.get(path)).status))
}

eachDatabase(
  'files sent through the API',
  (fresh) => {
    const start = apiStarter(fresh)

    test('are taken as they are, and are their sender’s alone until a comment has them', async () => {
      const api = await start()
      const { status, headers, body } = await upload(api.ana)
      expect(status).toBe(201)
      expect(headers.get('location')).toBe('/api/v1/attachments/1')
      expect(body).toEqual({
        id: 1,
        filename: 'plan.pdf',
        content_type: 'application/pdf',
        size: PDF.length,
        inline: false,
        content_id: null,
      })
      expect(await statusesOf(api, '/api/v1/attachments/1')).toEqual([200, 404, 404, 404])
    })

    test('come back byte for byte, as a download that no browser runs', async () => {
      const { ana } = await start()
      await upload(ana)
      const { headers, bytes } = await bytesAt(ana, '/api/v1/attachments/1')
      expect(bytes.equals(PDF)).toBe(true)
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-type': 'application/pdf',
        'content-length': String(PDF.length),
        'content-disposition': 'attachment; filename="plan.pdf"',
        'content-security-policy': `default-src 'none'; sandbox`,
        'x-content-type-options': 'nosniff',
      })
      const again = await ana.get('/api/v1/attachments/1', {
        'if-none-match': headers.get('etag') ?? '',
      })
      expect(again.status).toBe(304)
    })

    const NAMES: readonly [string, string | null, string][] = [
      ['attachment; filename="a b.txt"', 'a b.txt', 'attachment; filename="a b.txt"'],
      [
        `attachment; filename*=UTF-8''gr%C3%BC%C3%9Fe%20(1).txt`,
        'grüße (1).txt',
        `attachment; filename="gr__e (1).txt"; filename*=UTF-8''gr%C3%BC%C3%9Fe%20%281%29.txt`,
      ],
      [
        `attachment; filename="${Buffer.from('план.pdf').toString('latin1')}"`,
        'план.pdf',
        `attachment; filename="____.pdf"; filename*=UTF-8''%D0%BF%D0%BB%D0%B0%D0%BD.pdf`,
      ],
      ['attachment; filename="../../etc/passwd"', 'passwd', 'attachment; filename="passwd"'],
      ['attachment; filename=".."', null, 'attachment; filename="attachment-1"'],
      ['attachment', null, 'attachment; filename="attachment-1"'],
    ]
    test.each(NAMES)('with %s get a harmless name', async (given, filename, disposition) => {
      const { ana } = await start()
      const { body } = await upload(ana, { 'content-disposition': given })
      expect(body['filename']).toBe(filename)
      const { headers } = await bytesAt(ana, '/api/v1/attachments/1')
      expect(headers.get('content-disposition')).toBe(disposition)
    })

    test('of no type we could repeat are just bytes; what is not the file itself is refused', async () => {
      const { ana } = await start()
      const typed = await upload(ana, { 'content-type': 'x' })
      expect(typed.body['content_type']).toBe('application/octet-stream')
      const html = await upload(ana, { 'content-type': 'text/html; charset=utf-8' })
      expect(html.body['content_type']).toBe('text/html')
      const form = await upload(ana, { 'content-type': 'multipart/form-data; boundary=x' })
      expect(form).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } })
      expect((await upload(ana, { 'content-encoding': 'gzip' })).status).toBe(415)
    })

    test('may be empty, and 25 MB large, but not larger', async () => {
      const { ana } = await start()
      expect(await upload(ana, {}, Buffer.alloc(0))).toMatchObject({
        status: 201,
        body: { size: 0 },
      })
      expect((await ana.get('/api/v1/attachments/1')).body).toBe('')
      expect(await upload(ana, {}, Buffer.alloc(25 * MB, 1))).toMatchObject({
        status: 201,
        body: { size: 25 * MB },
      })
      const refused = { status: 413, body: { code: 'too-large', limit: 25 * MB } }
      expect(await upload(ana, {}, Buffer.alloc(25 * MB + 1, 1))).toMatchObject(refused)
    })

    test('of a length nobody announced are refused as soon as they are too large', async () => {
      const { ana } = await start()
      const body = new ReadableStream({
        start(controller) {
          for (let n = 0; n < 26; n += 1) controller.enqueue(new Uint8Array(MB))
          controller.close()
        },
      })
      const response = await fetch(`${ana.url}/api/v1/attachments`, {
        method: 'POST',
        headers: { authorization: ana.authorization },
        body,
        duplex: 'half',
      } as RequestInit)
      expect(response.status).toBe(413)
    })

    test('bad input 171: whose sender hangs up leave nothing behind', async () => {
      const api = await start()
      const { hostname, port } = new URL(api.url)
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          socket.write(
            `POST /api/v1/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: ${api.ana.authorization}\r\nContent-Length: 1000\r\n\r\nhalf`,
          )
          setTimeout(() => socket.destroy(), 50)
        })
        socket.on('close', () => resolve())
      })
      expect((await upload(api.ana)).body.id).toBe(1)
      expect(api.failures).toEqual([])
    })

    test('of several at once only as many are taken as there is room for', async () => {
      const { ana, store, users } = await start()
      await upload(ana)
      // Just below what one person may leave unused.
      const size = 20 * 25 * 1024 * 1024
      await store.transaction((tx) =>
        tx('attachments').where({ uploaded_by: users.ana.id }).update({ size }),
      )
      const replies = await Promise.all(Array.from({ length: 8 }, () => upload(ana)))
      const statuses = replies.map(({ status }) => status).toSorted((a, b) => a - b)
      expect(statuses).toEqual([201, 413, 413, 413, 413, 413, 413, 413])
    })

    test('leave no bytes behind when they are refused or come twice', async () => {
      const { ana, store, clock, context } = await start()
      const key = { 'idempotency-key': 'k' }
      expect((await upload(ana, key, Buffer.from('one'))).status).toBe(201)
      expect((await upload(ana, key, Buffer.from('two'))).status).toBe(422)
      // The files have the time of this machine, all else that of the test.
      clock.at = new Date(Date.now() + 5 * 60_000)
      expect((await upload(ana, key, Buffer.from('two'))).status).toBe(422)
      await setTimes(context, 'two', clock.at)
      for (const minutes of [6, 11]) {
        const at = new Date(clock.at.getTime() + minutes * 60_000)
        await sweepBlobs({ store, blobs: context.blobs }, at)
      }
      expect(await context.blobs.get(shaOf('one'))).toEqual(Buffer.from('one'))
      expect(await context.blobs.get(shaOf('two'))).toBe(null)
    })

    test('that are never used are forgotten after a day', async () => {
      const { ana, store, clock } = await start()
      await upload(ana)
      await upload(ana)
      await open(ana, { attachments: [2] })
      const later = (hours: number) => new Date(clock.at.getTime() + hours * 3_600_000)
      await store.transaction((tx) => tidyUp(tx, later(23)))
      expect((await ana.get('/api/v1/attachments/1')).status).toBe(200)
      await store.transaction((tx) => tidyUp(tx, later(25)))
      expect((await ana.get('/api/v1/attachments/1')).status).toBe(404)
      expect((await ana.get('/api/v1/attachments/2')).status).toBe(200)
    })
  },
  { prepare: migrated },
)

eachDatabase(
  'attachments of comments',
  (fresh) => {
    const start = apiStarter(fresh)

    test('come with a ticket, and are seen by those who see it', async () => {
      const api = await start()
      await upload(api.ana)
      const { status } = await open(api.ana, { attachments: [1] })
      expect(status).toBe(201)
      const [comment] = (await api.ana.get(`${TICKETS}/1/comments`)).body.data ?? []
      expect(comment?.['attachments']).toMatchObject([{ id: 1, filename: 'plan.pdf' }])
      expect(await statusesOf(api, '/api/v1/attachments/1')).toEqual([200, 404, 200, 200])
    })

    test('of an agent’s reply are mailed with it', async () => {
      const api = await start()
      await open(api.ana)
      await upload(api.bruno)
      const body = { text: 'The plan.', attachments: [1] }
      const { body: comment } = await api.bruno.post(`${TICKETS}/1/comments`, body)
      expect(comment['attachments']).toMatchObject([{ id: 1 }])
      const [row] = (await api.bruno.get('/api/v1/outbox?kind=reply')).body.data ?? []
      const mail = await sourceOf(api.store.read, row?.id ?? 0)
      expect(mail?.source.toString('latin1')).toContain(PDF.toString('base64'))
      expect(mail?.source.toString('latin1')).toContain('plan.pdf')
    })

    test('are enough: a comment with a file needs no words', async () => {
      const { ana } = await start()
      await open(ana)
      await upload(ana)
      const comments = `${TICKETS}/1/comments`
      expect((await ana.post(comments, { text: '', attachments: [1] })).status).toBe(201)
      expect(await ana.post(comments, { text: ' ' })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/text' }] },
      })
    })

    test('must be the sender’s own, unused and there; else nothing is written', async () => {
      const { ana, bruno } = await start()
      await upload(ana)
      await upload(bruno)
      await open(ana, { attachments: [1] })
      const refused = (client: Client, attachments: readonly unknown[]) =>
        client.post(`${TICKETS}/1/comments`, { text: 'x', attachments })
      for (const [client, id] of [
        [ana, 1],
        [ana, 2],
        [bruno, 9],
      ] as const) {
        expect(await refused(client, [id])).toMatchObject({
          status: 422,
          body: { errors: [{ pointer: '/attachments/0', code: 'unknown_attachment' }] },
        })
      }
      expect((await refused(ana, ['1'])).status).toBe(422)
      expect((await open(bruno, { attachments: [2, 9] })).status).toBe(422)
      expect((await bruno.get(TICKETS)).body.data).toHaveLength(1)
      expect((await ana.get(`${TICKETS}/1/comments`)).body.data).toHaveLength(1)
    })

    test('of a note are for agents only', async () => {
      const api = await start()
      await open(api.ana)
      await upload(api.bruno)
      const note = { text: 'x', visibility: 'internal', attachments: [1] }
      expect((await api.bruno.post(`${TICKETS}/1/comments`, note)).status).toBe(201)
      expect(await statusesOf(api, '/api/v1/attachments/1')).toEqual([404, 404, 200, 200])
    })

    test('of a deleted ticket are gone with it', async () => {
      const api = await start()
      await upload(api.ana)
      await open(api.ana, { attachments: [1] })
      await api.ana.send('DELETE', `${TICKETS}/1`)
      expect(await statusesOf(api, '/api/v1/attachments/1')).toEqual([404, 404, 404, 404])
    })

    test('that name an agent’s own address, his signature, are not shown to customers', async () => {
      const api = await start()
      await open(api.ana)
      await api.bruno.post(`${TICKETS}/1/comments`, { text: 'Water?' })
      const { sha256, size } = await api.context.blobs.put(PDF)
      const attachment = {
        commentId: 2,
        filename: 'smime.p7s',
        contentType: 'application/pkcs7-signature',
        size,
        sha256,
        inline: false,
        contentId: null,
      }
      await api.store.transaction((tx) => insertAttachments(tx, [attachment], api.clock.at))
      expect(await statusesOf(api, '/api/v1/attachments/1')).toEqual([404, 404, 200, 200])
      const [, seen] = (await api.ana.get(`${TICKETS}/1/comments`)).body.data ?? []
      expect(seen?.['attachments']).toEqual([])
    })
  },
  { prepare: migrated },
)

eachDatabase(
  'the mail a comment came as',
  (fresh) => {
    const start = apiStarter(fresh)

    test('is there for agents, byte for byte', async () => {
      const api = await start()
      await open(api.ana)
      const { sha256, size } = await api.context.blobs.put(PDF)
      await api.store.transaction(async (tx) => {
        const message = {
          inboxId: api.inboxes[0]?.id ?? 0,
          folder: 'INBOX',
          uidValidity: 1,
          uid: 1,
          sha256,
          size,
          messageId: null,
          bodyHash: null,
          internalAt: null,
          fate: 'comment' as const,
          reasons: [],
          duplicateOf: null,
          marked: 'none' as const,
        }
        await insertInbound(tx, [message], api.clock.at)
        const comment = {
          ticketId: 1,
          visibility: 'public' as const,
          authorType: 'customer' as const,
          authorId: api.users.ana.id,
          text: 'x',
          quotedText: '',
          fullText: 'x',
          html: null,
          source: 'email' as const,
          messageId: null,
          referenceIds: [],
          inboundId: 1,
          authentication: null,
        }
        await insertComment(tx, comment, api.clock.at)
      })
      const { headers, bytes } = await bytesAt(api.bruno, '/api/v1/comments/2/source')
      expect(bytes.equals(PDF)).toBe(true)
      expect(headers.get('content-type')).toBe('message/rfc822')
      expect(await statusesOf(api, '/api/v1/comments/2/source')).toEqual([403, 403, 200, 200])
      // The first was typed in.
      expect(await statusesOf(api, '/api/v1/comments/1/source')).toEqual([403, 403, 404, 404])
    })
  },
  { prepare: migrated },
)
