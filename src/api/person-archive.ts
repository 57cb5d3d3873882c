/**
 * A person's data as a zip (yazl's door): person.json, each ticket as text and data with its files,
 * mail as it came, and mail as we sent it. Made while it is sent: nothing is kept for it.
 */
import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { transcriptOf } from '../desk/transcript.ts'
import { listComments } from '../store/comments.ts'
import { sourceOf } from '../store/outbox.ts'
import { accountFacts, mailTo, sourcesOf, ticketIdsOf } from '../store/reads/person-data.ts'
import { viewComments } from '../store/reads/comment-views.ts'
import { findTicket } from '../store/tickets.ts'
import { inboxOrFirst } from '../ticket/inbox.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import { commentJson, mayRead } from './comment-json.ts'
import type { ApiDeps } from './deps.ts'
import { userJson } from './people-json.ts'
import { oneJson } from './tickets.ts'

/** One file of the archive; its content is asked for when it is its turn. */
interface Entry {
  readonly name: string
  readonly content: () => Promise<Readable>
}

export interface Archive {
  readonly person: User
  /** As whom tickets are shown: the person himself, or an admin who wants internal notes too. */
  readonly viewer: User
  readonly publicOnly: boolean
}

/** The bytes of the zip. Trouble on the way destroys the stream: a cut zip cannot be opened. */
export function archiveOf(deps: ApiDeps, archive: Archive): Readable {
  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  zip.on('error', (err: Error) => output.destroy(err))
  const mtime = deps.clock.now()
  const fill = async (): Promise<void> => {
    for await (const { name, content } of entriesOf(deps, archive)) {
      zip.addReadStreamLazy(name, { mtime, mode: 0o100600 }, (give) => {
        content().then(
          (stream) => give(null, stream),
          (err: unknown) => give(err, Readable.from([])),
        )
      })
    }
    zip.end()
  }
  fill().catch((err: unknown) => {
    output.destroy(err instanceof Error ? err : new Error(String(err)))
  })
  return output
}

async function* entriesOf(deps: ApiDeps, archive: Archive): AsyncGenerator<Entry> {
  const { store, context } = deps
  const { person } = archive
  const facts = await accountFacts(store.read, person)
  yield textEntry('person.json', JSON.stringify({ ...userJson(person), ...facts }, null, 2))
  for await (const id of ticketIdsOf(store.read, person.id)) {
    const ticket = await findTicket(store.read, id)
    if (ticket !== null) yield* entriesOfTicket(deps, archive, ticket)
  }
  for await (const { id, sha256 } of sourcesOf(store.read, person.email)) {
    yield {
      name: `received/${id}.eml`,
      content: async () => (await context.blobs.open(sha256)) ?? Readable.from([]),
    }
  }
  for await (const { id } of mailTo(store.read, person.id)) {
    yield {
      name: `sent/${id}.eml`,
      content: async () =>
        Readable.from([(await sourceOf(store.read, id))?.source ?? Buffer.alloc(0)]),
    }
  }
}

const PAGE = 100

async function* entriesOfTicket(
  deps: ApiDeps,
  archive: Archive,
  ticket: Ticket,
): AsyncGenerator<Entry> {
  const { store, context } = deps
  const { publicOnly, viewer } = archive
  for (const format of ['txt', 'json'] as const) {
    yield {
      name: `tickets/${ticket.id}.${format}`,
      content: () => transcript(deps, archive, { ticket, format }),
    }
  }
  for (let afterId = 0; ; ) {
    const page = { ticketId: ticket.id, publicOnly, afterId, limit: PAGE }
    const comments = await listComments(store.read, page)
    for (const { comment, attachments } of await viewComments(store.read, comments)) {
      for (const file of attachments.filter((one) => mayRead(viewer, comment, one))) {
        yield {
          name: `tickets/${ticket.id}/${file.id}-${safeName(file.filename)}`,
          content: async () => (await context.blobs.open(file.sha256)) ?? Readable.from([]),
        }
      }
    }
    const last = comments.at(-1)
    if (last === undefined || comments.length < PAGE) return
    afterId = last.id
  }
}

async function transcript(
  { store, context, inboxes }: ApiDeps,
  { publicOnly, viewer }: Archive,
  { ticket, format }: { ticket: Ticket; format: 'txt' | 'json' },
): Promise<Readable> {
  const inbox = inboxOrFirst(inboxes, ticket.inboxId)
  const desk = {
    name: inbox?.name ?? 'Support',
    // RFC 2606 §2: an address that is nobody's.
    address: inbox?.address ?? 'desk@desk.invalid',
  }
  const about = await oneJson(store.read, ticket, context.lifecycle, viewer)
  const json = (view: Parameters<typeof commentJson>[0]) => commentJson(view, viewer)
  return Readable.from(transcriptOf(store.read, { ticket, format, publicOnly, desk, json, about }))
}

const textEntry = (name: string, text: string): Entry => ({
  name,
  content: async () => Readable.from([text]),
})

const NAME_LENGTH_MAX = 100

/** A name that every system can unpack, and that stays in its directory. */
const safeName = (name: string | null): string =>
  (name ?? 'file')
    .replace(/[/\\:*?"<>|\p{Cc}]/gu, '_')
    .replace(/^\.+/, '_')
    .slice(-NAME_LENGTH_MAX)
