/** What is wrong so long, or so much, that a person must hear of it. Pure. */

/** Commands that should run every night. */
export type UpkeepTask = 'backup' | 'verify'

export const ALERT_KINDS = [
  /** No mail comes from an inbox. */
  'inbox_unreachable',
  /** No mail leaves through an inbox. */
  'mail_not_leaving',
  /** Mail is stored and nothing becomes of it. */
  'mail_not_taken',
  /** So much mail wants an answer that new tickets are not acknowledged any more. */
  'acknowledgements_stopped',
  'disk_nearly_full',
  /** Another Postroom answers the same mail. */
  'other_desk',
  /** `postroom backup` could not make one. */
  'backup_failed',
  /** `postroom verify` found something that does not fit. */
  'verify_failed',
] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

/** Something that is wrong now. */
export interface Sign {
  readonly kind: AlertKind
  /** The inbox's name; '' for none. */
  readonly about: string
  /** For people: what, since when, how much. No addresses, no text that strangers wrote. */
  readonly detail: string
}

/** What was looked at. Counts of mail are of this moment; times are of the oldest. */
export interface Observations {
  readonly failing: readonly {
    readonly inbox: string
    readonly side: 'imap' | 'smtp'
    readonly error: string
  }[]
  /** Inboxes whose IMAP session works, here. */
  readonly connected: readonly string[]
  /** Inboxes that another Postroom, with a database of its own, answers as well. */
  readonly elsewhere: readonly string[]
  /** Inboxes of which this daemon can say whether there is such another one. */
  readonly lookedFor: readonly string[]
  /** Mail that was due to leave, by inbox. */
  readonly overdue: readonly {
    readonly inbox: string
    readonly count: number
    readonly since: Date
  }[]
  readonly pending: { readonly count: number; readonly since: Date } | null
  /** New tickets of the last hour whose acknowledgement no budget was left for. */
  readonly unacknowledged: number
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number } | null
  /** Tasks that went wrong the last time: what was found, and when. */
  readonly upkeep: readonly {
    readonly task: UpkeepTask
    readonly found: string
    readonly at: Date
  }[]
}

/** A provider's maintenance is over by then; the wrong password is not. */
export const FAILING_MS = 10 * 60_000
/** Longer than the pauses between the first attempts of a message that is put off. */
const OVERDUE_MS = 30 * 60_000
const PENDING_MS = 15 * 60_000
/** Both: a small disk may be half full with less, and a large one is full with more. */
const DISK_FREE_MIN = 500 * 1024 ** 2
const DISK_FREE_PART_MIN = 0.1

const ELSEWHERE =
  'there is automatic mail in its Sent folder that this desk did not send: another Postroom, perhaps a restored copy, works on the same mailbox. New tickets are not acknowledged meanwhile; stop one of the two'

export function signsOf(seen: Observations, at: Date): Sign[] {
  const age = (since: Date): number => at.getTime() - since.getTime()
  const minutes = (since: Date): number => Math.round(age(since) / 60_000)
  return [
    ...seen.failing.map(({ inbox, side, error }): Sign => {
      const kind = side === 'imap' ? 'inbox_unreachable' : 'mail_not_leaving'
      return {
        kind,
        about: inbox,
        detail: `${side.toUpperCase()} has not worked for a while: ${error}`,
      }
    }),
    ...seen.overdue
      .filter(({ since, inbox }) => age(since) >= OVERDUE_MS && !fails(seen, inbox))
      .map(({ inbox, count, since }): Sign => {
        const detail = `${count} messages wait to be sent, the oldest for ${minutes(since)} minutes`
        return { kind: 'mail_not_leaving', about: inbox, detail }
      }),
    ...signs(
      seen.pending,
      ({ since }) => age(since) >= PENDING_MS,
      ({ count, since }) => ({
        kind: 'mail_not_taken',
        detail: `${count} stored messages wait to be taken in, the oldest for ${minutes(since)} minutes`,
      }),
    ),
    ...signs(
      seen.unacknowledged,
      (count) => count > 0,
      (count) => ({
        kind: 'acknowledgements_stopped',
        detail: `the budget of acknowledgements is used up; ${count} new tickets of the last hour got none. Tickets are opened and people's own mail is sent as always`,
      }),
    ),
    ...signs(seen.disk, isNearlyFull, ({ freeBytes }) => ({
      kind: 'disk_nearly_full',
      detail: `${Math.floor(freeBytes / 1024 ** 2)} MB are free where data_dir is`,
    })),
    ...seen.elsewhere.map(
      (inbox): Sign => ({ kind: 'other_desk', about: inbox, detail: ELSEWHERE }),
    ),
    ...seen.upkeep.map(
      ({ task, found, at: endedAt }): Sign => ({
        kind: `${task}_failed`,
        about: '',
        detail: `"postroom ${task}" of ${endedAt.toISOString()}: ${found}`,
      }),
    ),
  ]
}

/** One sign says it: what cannot be sent because SMTP fails is not another trouble. */
const fails = ({ failing }: Observations, name: string): boolean =>
  failing.some(({ inbox, side }) => inbox === name && side === 'smtp')

function signs<T>(
  seen: T | null,
  isBad: (seen: T) => boolean,
  say: (seen: T) => Omit<Sign, 'about'>,
): Sign[] {
  return seen === null || !isBad(seen) ? [] : [{ about: '', ...say(seen) }]
}

const isNearlyFull = ({ freeBytes, totalBytes }: NonNullable<Observations['disk']>): boolean =>
  freeBytes < DISK_FREE_MIN && freeBytes < totalBytes * DISK_FREE_PART_MIN

/** So that an alert which lasts is not forgotten. */
export const TELL_AGAIN_MS = 24 * 3_600_000
