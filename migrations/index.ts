/** Every migration, in order. Forward only; a released one never changes. */
import type { Knex } from 'knex'
import * as access from './0005-access.ts'
import * as alerts from './0014-alerts.ts'
import * as noticeSettings from './0015-notice-settings.ts'
import * as deskWork from './0010-desk-work.ts'
import * as inboxLeases from './0016-inbox-leases.ts'
import * as identities from './0017-identities.ts'
import * as leftOut from './0019-left-out.ts'
import * as upkeep from './0021-upkeep.ts'
import * as wantedMessages from './0020-wanted-messages.ts'
import * as ledgerLinks from './0018-ledger-links.ts'
import * as foundation from './0001-foundation.ts'
import * as envelopeWithSource from './0002-envelope-with-source.ts'
import * as heldAndSuppressed from './0006-held-and-suppressed.ts'
import * as operations from './0012-operations.ts'
import * as plumbing from './0007-plumbing.ts'
import * as search from './0009-search.ts'
import * as retention from './0013-retention.ts'
import * as secondFactors from './0008-second-factors.ts'
import * as receipts from './0004-receipts.ts'
import * as threadIndex from './0003-thread-index.ts'
import * as webhooks from './0011-webhooks.ts'

export interface Migration {
  readonly version: number
  readonly name: string
  up(db: Knex): Promise<void>
}

export const migrations: readonly Migration[] = [
  { version: 1, name: 'foundation', up: foundation.up },
  { version: 2, name: 'envelope-with-source', up: envelopeWithSource.up },
  { version: 3, name: 'thread-index', up: threadIndex.up },
  { version: 4, name: 'receipts', up: receipts.up },
  { version: 5, name: 'access', up: access.up },
  { version: 6, name: 'held-and-suppressed', up: heldAndSuppressed.up },
  { version: 7, name: 'plumbing', up: plumbing.up },
  { version: 8, name: 'second-factors', up: secondFactors.up },
  { version: 9, name: 'search', up: search.up },
  { version: 10, name: 'desk-work', up: deskWork.up },
  { version: 11, name: 'webhooks', up: webhooks.up },
  { version: 12, name: 'operations', up: operations.up },
  { version: 13, name: 'retention', up: retention.up },
  { version: 14, name: 'alerts', up: alerts.up },
  { version: 15, name: 'notice-settings', up: noticeSettings.up },
  { version: 16, name: 'inbox-leases', up: inboxLeases.up },
  { version: 17, name: 'identities', up: identities.up },
  { version: 18, name: 'ledger-links', up: ledgerLinks.up },
  { version: 19, name: 'left-out', up: leftOut.up },
  { version: 20, name: 'wanted-messages', up: wantedMessages.up },
  { version: 21, name: 'upkeep', up: upkeep.up },
]
