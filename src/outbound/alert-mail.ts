/** Mail to operators about what is wrong. English, like everything operators read. */
import type { Tx } from '../store/open.ts'
import type { Alert } from '../store/alerts.ts'
import type { Inbox } from '../ticket/inbox.ts'
import type { User } from '../ticket/user.ts'
import { mailRendered } from './account-mail.ts'
import type { OutboundContext } from './enqueue.ts'
import { htmlOf } from './plain-html.ts'

/** The same words as a subject: what is wrong, or that it is over. */
const TITLES: Readonly<Record<Alert['kind'], string>> = {
  inbox_unreachable: 'No mail comes in',
  mail_not_leaving: 'No mail goes out',
  mail_not_taken: 'Mail is not taken in',
  acknowledgements_stopped: 'New tickets are not acknowledged',
  disk_nearly_full: 'The disk is nearly full',
  other_desk: 'Another Postroom answers this mail',
  backup_failed: 'There is no new backup',
  verify_failed: 'What is stored does not fit together',
}

export async function mailAlert(
  tx: Tx,
  context: OutboundContext,
  { alert, recipient, inbox }: { alert: Alert; recipient: User; inbox: Inbox },
  at: Date,
): Promise<void> {
  const over = alert.clearedAt !== null
  const about = alert.about === '' ? '' : ` (${alert.about})`
  const title = `${TITLES[alert.kind]}${about}`
  const text = [
    over ? `This is over: ${title}.` : `${title}.`,
    `${alert.detail}.`,
    `Since ${alert.raisedAt.toISOString()}${over ? `, until ${at.toISOString()}` : ''}.`,
    context.publicUrl,
  ].join('\n\n')
  const rendered = {
    locale: 'en',
    subject: over ? `Over: ${title}` : `Postroom needs you: ${title}`,
    text: `${text}\n`,
    html: `<div>${htmlOf(text)}</div>`,
  }
  await mailRendered(tx, context, { inbox, recipient, rendered }, at)
}
