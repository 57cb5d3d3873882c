/** One login each at the servers of an inbox, said for people. */
import type { InboxConfig } from '../config.ts'
import { messageOf } from '../errors.ts'
import { failureOf } from '../inbound/fetch-failure.ts'
import { ImapSession } from '../inbound/fetch-session.ts'
import { settingsOf } from '../outbound/settings.ts'
import { verifySmtp } from '../outbound/smtp.ts'

export interface ServerCheck {
  readonly ok: boolean
  readonly detail: string
}

export async function checkImap({ imap }: InboxConfig): Promise<ServerCheck> {
  const server = `${imap.host}:${imap.port}`
  try {
    const session = await ImapSession.open(imap)
    const idle = session.canIdle ? 'IDLE' : 'no IDLE: looked at every minute'
    await session.close()
    return { ok: true, detail: `${server}, folder ${imap.folder}, ${idle}` }
  } catch (err) {
    return { ok: false, detail: failureOf(err, { server, folder: imap.folder }).sentence }
  }
}

export async function checkSmtp(inbox: InboxConfig): Promise<ServerCheck> {
  const server = `${inbox.smtp.host}:${inbox.smtp.port}`
  try {
    await verifySmtp(settingsOf(inbox))
    return { ok: true, detail: server }
  } catch (err) {
    const message = messageOf(err)
    return { ok: false, detail: message.includes(server) ? message : `${server}: ${message}` }
  }
}
