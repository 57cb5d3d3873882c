/** /attachments: files on their way into a comment, and out of it; and the mail a comment came as. */
import type { AttachedBlob } from '../desk/context.ts'
import type { StoredAttachment } from '../store/attachments.ts'
import { discardBlobs } from '../store/blob-garbage.ts'
import { findComment } from '../store/comments.ts'
import { findInbound } from '../store/inbound-messages.ts'
import type { Queryable, Tx } from '../store/open.ts'
import { findVisibleTicket } from '../store/reads/visible-tickets.ts'
import { findAttachment, findUnused, insertUpload, unusedBytes } from '../store/uploads.ts'
import { lockAccount } from '../store/users.ts'
import type { Comment } from '../ticket/comment.ts'
import { isStaff, type User } from '../ticket/user.ts'
import { media } from './answers.ts'
import { scopeOf } from './auth.ts'
import { rangeOf } from './byte-range.ts'
import { AttachmentJson, attachmentJson, mayRead } from './comment-json.ts'
import type { ApiDeps } from './deps.ts'
import { download } from './download.ts'
import { intact, missingFile } from './intact.ts'
import { HttpError, invalidMembers } from './problem.ts'
import { NO_QUERY } from './query.ts'
import { ALL, type Caller, idOf, notFound, type Route, route, STAFF } from './route.ts'
import { describeUpload, storeUpload, UPLOAD_BYTES_MAX } from './upload.ts'

export function attachmentRoutes(deps: ApiDeps): readonly Route[] {
  return [oneRoute(deps), uploadRoute(deps), sourceRoute(deps)]
}

/** Of files that no comment has, per user: somebody who only uploads fills no disk. */
const UNUSED_BYTES_MAX = 20 * UPLOAD_BYTES_MAX

function uploadRoute({ store, context, clock }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: '/api/v1/attachments',
    summary: 'Takes a file, the body as it is; name it in a comment within 24 hours',
    roles: ALL,
    scopes: ['attachments:write'],
    query: NO_QUERY,
    body: 'bytes',
    answers: { 201: AttachmentJson },
    refuses: ['413 too-many-uploads'],
    async handle({ caller, body, once }) {
      const described = describeUpload(body)
      const uploadedBy = caller.user.id
      if ((await unusedBytes(store.read, uploadedBy)) > UNUSED_BYTES_MAX) throw tooMany()
      const stored = await storeUpload(context.blobs, body)
      // Before anybody may refuse it, or die: what no row names by the next sweep is removed.
      await store.transaction((tx) => discardBlobs(tx, [stored.sha256], clock.now()))
      const upload = { ...described, ...stored, uploadedBy }
      return once(['attachments', upload], async () => {
        const at = clock.now()
        const made = await store.transaction(async (tx) => {
          // One after the other: of several at once each would find room.
          await lockAccount(tx, uploadedBy)
          if ((await unusedBytes(tx, uploadedBy)) > UNUSED_BYTES_MAX) throw tooMany()
          return insertUpload(tx, upload, at)
        })
        const headers = { Location: `/api/v1/attachments/${made.id}` }
        return { status: 201, body: attachmentJson(made), headers }
      })
    },
  })
}

const tooMany = (): HttpError =>
  new HttpError(413, 'too-many-uploads', 'Use the files you sent in a comment before new ones.', {
    details: { limit: UNUSED_BYTES_MAX },
  })

function oneRoute({ store, context }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/attachments/:id',
    summary: 'The bytes of an attachment',
    roles: ALL,
    scopes: ['attachments:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: media('*/*'), 206: media('*/*') },
    refuses: ['410 file-missing', '416 range-not-satisfiable'],
    async handle({ caller, params, headers }) {
      const attachment = await findAttachment(store.read, idOf(params['id']))
      if (attachment === null) throw notFound()
      if (!(await isVisible(store.read, caller, attachment))) throw notFound()
      const etag = `"${attachment.sha256}"`
      const range = rangeOf(headers, { size: attachment.size, etag })
      const content = await context.blobs.open(attachment.sha256)
      if (content === null) throw missingFile()
      // Of a part nobody can tell.
      const body = range === null ? intact(content, attachment.sha256) : content
      return download(body, {
        contentType: attachment.contentType,
        filename: attachment.filename ?? `attachment-${attachment.id}`,
        size: attachment.size,
        etag,
        range,
      })
    },
  })
}

/** An unused one is its uploader's alone; the others go with their comment. */
async function isVisible(
  db: Queryable,
  caller: Caller,
  attachment: StoredAttachment,
): Promise<boolean> {
  if (attachment.commentId === null) return attachment.uploadedBy === caller.user.id
  const comment = await visibleComment(db, caller, attachment.commentId)
  return comment !== null && mayRead(caller.user, comment, attachment)
}

/** Null: there is none, or the caller may not see it. */
export async function visibleComment(
  db: Queryable,
  caller: Caller,
  id: number,
): Promise<Comment | null> {
  const comment = await findComment(db, id)
  if (comment === null) return null
  if (comment.visibility === 'internal' && !isStaff(caller.user)) return null
  const ticket = await findVisibleTicket(db, scopeOf(caller), comment.ticketId)
  return ticket === null ? null : comment
}

function sourceRoute({ store, context }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/api/v1/comments/:id/source',
    summary: 'The exact bytes of the mail that a comment came as',
    roles: STAFF,
    scopes: ['inbound:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: media('message/rfc822') },
    refuses: ['410 file-missing'],
    async handle({ caller, params }) {
      const comment = await visibleComment(store.read, caller, idOf(params['id']))
      if (comment === null || comment.inboundId === null) throw notFound()
      const message = await findInbound(store.read, comment.inboundId)
      if (message === null || message.sha256 === null) throw notFound()
      const source = await context.blobs.open(message.sha256)
      if (source === null) throw missingFile()
      const filename = `comment-${comment.id}.eml`
      return download(intact(source, message.sha256), { contentType: 'message/rfc822', filename })
    },
  })
}

/** The uploads a body names, in its order; 422 for what is not there, used, or another's. */
export async function uploadsFor(
  tx: Tx,
  uploader: User,
  ids: readonly number[],
): Promise<AttachedBlob[]> {
  const unused = new Map((await findUnused(tx, ids, uploader.id)).map((one) => [one.id, one]))
  const errors = ids.flatMap((id, index) =>
    unused.has(id)
      ? []
      : [
          {
            pointer: `/attachments/${index}`,
            code: 'unknown_attachment',
            message: 'is no unused attachment of yours',
          },
        ],
  )
  if (errors.length > 0) throw invalidMembers(errors)
  return ids.flatMap((id) => {
    const found = unused.get(id)
    if (found === undefined) return []
    const { filename, contentType, size, sha256, inline, contentId } = found
    return [{ uploadId: id, filename, contentType, size, sha256, inline, contentId }]
  })
}
