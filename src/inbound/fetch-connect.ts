/** The way to an open folder: connecting, logging in (by password or token), SELECT. */
import { ImapFlow } from 'imapflow'
import type { InboxConfig } from '../config.ts'
import { isLoopback } from '../config-values.ts'
import { tokensFor } from '../oauth.ts'
import { untilClosed, within } from './fetch-deadline.ts'
import { isRefusedLogin, openingFailure } from './fetch-failure.ts'
import { optionsOf, type Patience } from './fetch-options.ts'
import { logHearing, Throttled } from './fetch-throttled.ts'

/** `patience`: with how much; default: PATIENCE. */
export interface Opening {
  readonly signal?: AbortSignal
  readonly patience?: Patience
}

export interface OpenFolder {
  readonly client: ImapFlow
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>
  readonly uidValidity: number
  /** Null: the server did not say (RFC 9051 §2.3.1.1 asks it to). */
  readonly uidNext: number | null
  /** How many messages there were. */
  readonly exists: number
  /** Why the connection is closed, if the server asked to be left alone. */
  readonly throttled: () => Throttled | null
}

type Ready = Opening & { readonly patience: Patience }

/** @throws what imapflow throws */
export async function openFolder(imap: InboxConfig['imap'], opening: Ready): Promise<OpenFolder> {
  if (imap.tls === 'none' && !isLoopback(imap.host) && !imap.allowInsecure) {
    throw new Error('plain text is allowed on this machine only')
  }
  if (imap.oauth === null) return openWith(imap, null, opening)
  const tokens = tokensFor(imap.oauth)
  const token = await tokens.current()
  try {
    return await openWith(imap, token, opening)
  } catch (err) {
    if (!isRefusedLogin(err)) throw err
    // Withdrawn before its time, perhaps: one more try, with a new one, is no guessing.
    tokens.refused(token)
    return openWith(imap, await tokens.current(), opening)
  }
}

/** `accessToken` null: with the password. */
async function openWith(
  imap: InboxConfig['imap'],
  accessToken: string | null,
  { signal, patience }: Ready,
): Promise<OpenFolder> {
  let throttled: Throttled | null = null
  const logger = logHearing((waitMs) => {
    throttled ??= new Throttled(waitMs)
    // imapflow begins to wait when it has said so; closing ends only a wait that has begun.
    setImmediate(() => client.close())
  })
  const client = new ImapFlow({ ...optionsOf(imap, accessToken, patience), logger })
  // Before connect(): an 'error' without a listener ends the process.
  client.on('error', () => {})
  const closed = new Promise<void>((resolve) => client.on('close', () => resolve()))
  const giveUp = (): void => client.close()
  // An aborted signal tells nobody any more.
  signal?.throwIfAborted()
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    await within(patience.connectMs, 'connecting', untilClosed(client.connect(), closed), giveUp)
    const selecting = untilClosed(client.mailboxOpen(imap.folder), closed)
    const folder = await within(patience.commandMs, 'SELECT', selecting, giveUp).catch(
      (err: unknown) => {
        throw openingFailure(err)
      },
    )
    const uidValidity = Number(folder.uidValidity ?? 0)
    const uidNext = folder.uidNext ?? null
    const { exists } = folder
    return { client, closed, uidValidity, uidNext, exists, throttled: () => throttled }
  } catch (err) {
    client.close()
    throw throttled ?? err
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
}
