/** What tickets and mail need to know of an inbox; its connections stay in the configuration. */
import type { Address } from '../mail/address.ts'

export interface Inbox {
  readonly id: number
  readonly name: string
  readonly address: Address
  readonly aliases: readonly Address[]
  readonly plusAddressing: boolean
  readonly authservId: string | null
  readonly agentTrust: 'token' | 'token+dmarc'
  readonly ccJoin: 'opening' | 'proven' | 'never'
  readonly reopenWindowMs: number
  /** BCP 47: the language of last resort before English. */
  readonly locale: string
  /** IANA name: how dates in its mail are written. */
  readonly timeZone: string
}

/** The inbox of this id, else the first one, else null: none is configured. */
export function inboxOrFirst(inboxes: readonly Inbox[], id: number | null): Inbox | null {
  return inboxes.find((inbox) => inbox.id === id) ?? inboxes[0] ?? null
}

/** Every address that is ours, in any inbox. */
export const ownAddresses = (inboxes: readonly Inbox[]): Set<Address> =>
  new Set(inboxes.flatMap((inbox) => [inbox.address, ...inbox.aliases]))
