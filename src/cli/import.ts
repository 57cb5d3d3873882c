/**
 * `postroom import`: old mail becomes closed tickets. The messages go into the ledger; the daemon
 * that runs, or the next one, takes them in like mail of a server, without answering any.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { Config } from '../config.ts'
import { EXIT, messageOf, OperatorError } from '../errors.ts'
import { IMPORTED } from '../inbound/decide.ts'
import { MESSAGE_BYTES_MAX } from '../inbound/fetch-options.ts'
import { fingerprintOf } from '../inbound/fingerprint.ts'
import { type Archive, type Archived, messagesOf } from '../inbound/mail-archives.ts'
import { insertInbound, type NewInbound } from '../store/inbound-messages.ts'
import type { Workplace } from '../workplace.ts'
import { isFileError, tellingDiskErrors } from './disk-errors.ts'
import type { ExplainIo } from './explain.ts'
import { type Terminal, withProgress } from './progress.ts'
import { wantedInboxes, withWorkplace } from './with-workplace.ts'

const BATCH_MAX = 100
const BATCH_BYTES_MAX = 8 * 1024 * 1024

interface Wish {
  readonly archive: Archive
  readonly from: string
  /** The name of a configured inbox. */
  readonly inbox: string
}

interface Count {
  stored: number
  known: number
  tooLarge: number
}

/**
 * Repeating it, or going on after a break, stores what is not there yet. Exit code 0 when all of it is
 * there, 1 when messages are too large.
 */
export async function runImport(config: Config, wish: Wish, io: ExplainIo): Promise<number> {
  return withWorkplace(config, async (workplace) => {
    const [inbox] = wantedInboxes(workplace, wish.inbox)
    const count: Count = { stored: 0, known: 0, tooLarge: 0 }
    await tellingDiskErrors(
      (reason) => `It cannot be stored: ${reason}. ${sumOf(count)} Mend that, and repeat it.`,
      () => importAll(workplace, { ...wish, inboxId: inbox?.id ?? 0 }, count, io.stderr),
    )
    io.stdout.write(`${sumOf(count)} The daemon takes them in while it runs.\n`)
    return count.tooLarge === 0 ? 0 : EXIT.failure
  })
}

const sumOf = ({ stored, known, tooLarge }: Count): string =>
  `${stored} message(s) stored, ${known} were there already${
    tooLarge === 0 ? '' : `, ${tooLarge} too large`
  }.`

async function importAll(
  workplace: Workplace,
  wish: Wish & { inboxId: number },
  count: Count,
  stderr: Terminal,
): Promise<void> {
  await withProgress(stderr, async (progress) => {
    let batch: Buffer[] = []
    let bytes = 0
    const flush = async (): Promise<void> => {
      await store(workplace, wish, batch, count)
      batch = []
      bytes = 0
      progress.show('messages', count.stored + count.known)
    }
    for await (const { where, source } of readable(wish, count)) {
      if (source === null) {
        count.tooLarge += 1
        progress.clear()
        stderr.write(
          `postroom import: ${where} has more than ${MESSAGE_BYTES_MAX} bytes and is left out.\n`,
        )
        continue
      }
      if (source.length === 0) continue
      batch.push(source)
      bytes += source.length
      if (batch.length >= BATCH_MAX || bytes >= BATCH_BYTES_MAX) await flush()
    }
    await flush()
  })
}

/** Its messages. What is thrown while they are stored is not about the archive. */
async function* readable({ archive, from }: Wish, count: Count): AsyncGenerator<Archived> {
  try {
    yield* messagesOf(archive, from)
  } catch (cause) {
    if (!isFileError(cause)) throw cause
    throw new OperatorError(
      EXIT.unavailable,
      `${from} cannot be read as ${archive}: ${messageOf(cause)}. ${sumOf(count)}`,
      { cause },
    )
  }
}

async function store(
  { store: database, context }: Workplace,
  wish: Wish & { inboxId: number },
  sources: readonly Buffer[],
  count: Count,
): Promise<void> {
  if (sources.length === 0) return
  const blobs = await context.blobs.putAll(sources)
  const rows = new Map<number, NewInbound>()
  for (const [index, source] of sources.entries()) {
    const sha256 = blobs[index]?.sha256 ?? ''
    rows.set(uidOf(sha256), rowOf(wish, source, sha256))
  }
  const folder = folderOf(wish)
  await database.transaction(async (tx) => {
    const there = await tx('inbound_messages')
      .where({ inbox_id: wish.inboxId, folder, uidvalidity: 1 })
      .whereIn('uid', [...rows.keys()])
      .pluck<number[]>('uid')
    for (const uid of there) rows.delete(Number(uid))
    await insertInbound(tx, [...rows.values()], new Date())
  })
  count.stored += rows.size
  count.known += sources.length - rows.size
}

function rowOf(wish: Wish & { inboxId: number }, source: Buffer, sha256: string): NewInbound {
  return {
    inboxId: wish.inboxId,
    folder: folderOf(wish),
    uidValidity: 1,
    uid: uidOf(sha256),
    sha256,
    size: source.length,
    ...fingerprintOf(asOnTheWire(source)),
    internalAt: null,
    fate: 'pending',
    reasons: [IMPORTED],
    duplicateOf: null,
    marked: 'none',
  }
}

/** Archives end lines with LF, IMAP with CRLF (RFC 5322 §2.3): the same mail is known by either. */
const asOnTheWire = (source: Buffer): Buffer =>
  Buffer.from(source.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')

/** Nothing an IMAP folder could be called. */
const folderOf = ({ archive, from }: Wish): string => `import ${archive} ${path.resolve(from)}`

/** The same bytes have the same one, so an import can be repeated. 52 bits, as many as are exact. */
const uidOf = (sha256: string): number =>
  Number.parseInt(createHash('sha256').update(sha256).digest('hex').slice(0, 13), 16)
