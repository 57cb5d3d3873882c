/**
 * /comments/{id}/page: the formatting of a mail, as a document for a frame. Sanitised when it was
 * taken in; here a policy of its own makes it inert once more: no script, no origin, nothing
 * fetched from anywhere. Pictures that came with the mail are inside it.
 */
import { withoutTicketLinks } from '../reply-token.ts'
import { listAttachments, type StoredAttachment } from '../store/attachments.ts'
import type { Blobs } from '../store/blobs.ts'
import { isStaff } from '../ticket/user.ts'
import { media } from './answers.ts'
import { visibleComment } from './attachments.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import { ALL, idOf, notFound, type Route, route } from './route.ts'

const POLICY = [
  `default-src 'none'`,
  `style-src 'unsafe-inline'`,
  'img-src data:',
  `base-uri 'none'`,
  `form-action 'none'`,
  `frame-ancestors 'self'`,
  'sandbox allow-popups allow-popups-to-escape-sandbox',
].join('; ')

/** Only what can do nothing but be looked at: an SVG is a document. */
const PICTURE = /^image\/(?:png|jpeg|gif|webp|bmp)$/
/** Of all pictures of one mail together, in bytes; the others stay attachments. */
const PICTURES_MAX = 5 * 1024 * 1024

export function commentPageRoutes({ store, context }: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/comments/:id/page',
      summary: 'The formatting of a mail, as an inert document to be shown in a frame',
      roles: ALL,
      scopes: ['tickets:read'],
      query: NO_QUERY,
      body: null,
      answers: { 200: media('text/html') },
      async handle({ caller, params }) {
        const comment = await visibleComment(store.read, caller, idOf(params['id']))
        const isOthers = comment?.authorType === 'agent' && !isStaff(caller.user)
        if (comment === null || comment.html === null || isOthers) throw notFound()
        const attachments = await listAttachments(store.read, [comment.id])
        const pictures = await picturesOf(context.blobs, attachments)
        const html = isStaff(caller.user) ? comment.html : withoutTicketLinks(comment.html)
        return {
          body: documentOf(withPictures(html, pictures)),
          headers: {
            'Content-Type': 'text/html; charset=utf-8',
            'Content-Security-Policy': POLICY,
          },
        }
      },
    }),
  ]
}

/** Content-ID to data: URL, smallest first. */
async function picturesOf(
  blobs: Blobs,
  attachments: readonly StoredAttachment[],
): Promise<ReadonlyMap<string, string>> {
  const pictures = attachments
    .filter(({ contentId, contentType }) => contentId !== null && PICTURE.test(contentType))
    .toSorted((a, b) => a.size - b.size)
  const found = new Map<string, string>()
  let left = PICTURES_MAX
  for (const { contentId, contentType, sha256, size } of pictures) {
    if (contentId === null || size > left) continue
    const bytes = await blobs.get(sha256)
    if (bytes === null) continue
    left -= bytes.length
    found.set(contentId, `data:${contentType};base64,${bytes.toString('base64')}`)
  }
  return found
}

/** RFC 2392: in an address a Content-ID may be percent-encoded. */
function withPictures(html: string, pictures: ReadonlyMap<string, string>): string {
  return html.replace(/(src=")cid:([^"]{1,500})"/gi, (whole, start: string, id: string) => {
    const picture = pictures.get(id) ?? pictures.get(decoded(id))
    return picture === undefined ? whole : `${start}${picture}"`
  })
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id.replaceAll('&amp;', '&'))
  } catch {
    return id
  }
}

/** On white: that is what those who write HTML mail expect. */
const documentOf = (html: string): string => `<!doctype html>
<html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<base target="_blank"><style>
:root{color-scheme:light}
body{margin:12px 16px;background:#fff;color:#1c212b;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
img{max-width:100%;height:auto}blockquote{margin:0 0 0 .5em;padding-left:.8em;border-left:2px solid #ccd}
</style></head><body>${html}</body></html>
`
