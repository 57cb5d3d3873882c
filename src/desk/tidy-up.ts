/**
 * What nobody needs any more: uploads that no comment got, answers to requests of yesterday, tries
 * that no longer count, sessions that are over, old notices to webhooks, and the traces of a wrong clock.
 */
import { WEBHOOK_LOG_MS } from './manage-webhooks.ts'
import { dueAgain } from '../store/clock-put-back.ts'
import { forgetAnswers } from '../store/idempotency-keys.ts'
import type { Tx } from '../store/open.ts'
import { deleteHitsBefore } from '../store/rate-hits.ts'
import { deleteExpiredSessions } from '../store/sessions.ts'
import { deleteWebhookDeliveries } from '../store/webhook-deliveries.ts'
import { deleteUnused } from '../store/uploads.ts'

const DAY_MS = 24 * 3_600_000

/** Forgets what is older than a day, and what is due at a time that a wrong clock made up. */
export async function tidyUp(tx: Tx, at: Date): Promise<void> {
  await dueAgain(tx, at)
  const before = new Date(at.getTime() - DAY_MS)
  await deleteUnused(tx, before, at)
  await forgetAnswers(tx, before)
  await deleteHitsBefore(tx, before)
  await deleteExpiredSessions(tx, at)
  await deleteWebhookDeliveries(tx, new Date(at.getTime() - WEBHOOK_LOG_MS))
}
