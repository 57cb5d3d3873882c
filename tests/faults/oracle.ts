/**
 * The oracle of the fault tests: what went in and what came out, compared. Pure set differences
 * over ledgers, so that a finding is a list of ids. See ledger.ts for who writes the ledgers, and
 * read-desk.ts for the desk's own view.
 */

/** Something that was said to the desk, or by it: `id` names it, `sha256` is of its bytes. */
export interface Entry {
  readonly id: string
  readonly sha256: string
}

/** A comment of the desk, by the id its sender knows. `attempts`: how often it was taken up. */
export interface Kept extends Entry {
  readonly attempts: number
}

export interface Incoming {
  /** Sent, and no comment. */
  readonly lost: readonly string[]
  /** A comment that nobody sent. */
  readonly unexpected: readonly string[]
  /** More than one comment. */
  readonly duplicated: readonly string[]
  /** Kept with other bytes than were sent. */
  readonly changed: readonly string[]
  /** Taken up more than once before it was done: a daemon died over it. */
  readonly recovered: readonly string[]
}

export function auditIncoming(sent: readonly Entry[], kept: readonly Kept[]): Incoming {
  const wanted = new Map(sent.map((entry) => [entry.id, entry]))
  const found = byId(kept)
  return {
    lost: [...wanted.keys()].filter((id) => !found.has(id)),
    unexpected: [...found.keys()].filter((id) => !wanted.has(id)),
    duplicated: [...found].filter(([, comments]) => comments.length > 1).map(([id]) => id),
    changed: kept
      .filter(({ id, sha256 }) => wanted.has(id) && wanted.get(id)?.sha256 !== sha256)
      .map(({ id }) => id),
    recovered: kept.filter(({ attempts }) => attempts > 1).map(({ id }) => id),
  }
}

/** One row of the outbox: one message to one recipient, who is part of its `id`. */
export interface Owed extends Entry {
  readonly outcome: string
  /** Nobody's own words: rather lost, and said to be uncertain, than sent twice. */
  readonly automatic: boolean
}

export interface Outgoing {
  /** Said to be sent, or not even tried to the end, and never delivered. */
  readonly lost: readonly string[]
  /** Delivered, and not owed by the desk. */
  readonly unexpected: readonly string[]
  /** Delivered with other bytes than the desk keeps. */
  readonly changed: readonly string[]
  /** Automatic mail that was delivered more than once. */
  readonly duplicated: readonly string[]
  /** People's replies that were delivered more than once; each as often as it was one too many. */
  readonly repeated: readonly string[]
  /** Said to be uncertain, and delivered. */
  readonly uncertainDelivered: readonly string[]
  /** Said to be uncertain, and not delivered. */
  readonly uncertainMissing: readonly string[]
}

/** Outcomes that say: this was not, and will not be, sent. */
const NEVER_SENT: ReadonlySet<string> = new Set(['discarded', 'suppressed'])

export function auditOutgoing(owed: readonly Owed[], delivered: readonly Entry[]): Outgoing {
  const rows = new Map(owed.map((row) => [row.id, row]))
  const times = byId(delivered)
  const timesOf = ({ id }: Owed): number => times.get(id)?.length ?? 0
  const ids = (picked: readonly Owed[]): string[] => picked.map(({ id }) => id)
  const uncertain = owed.filter(({ outcome }) => outcome === 'uncertain')
  const several = owed.filter((row) => timesOf(row) > 1)
  return {
    lost: ids(
      owed.filter(
        (row) => timesOf(row) === 0 && row.outcome !== 'uncertain' && !NEVER_SENT.has(row.outcome),
      ),
    ),
    unexpected: [...times.keys()].filter((id) => {
      const row = rows.get(id)
      return row === undefined || NEVER_SENT.has(row.outcome)
    }),
    changed: delivered
      .filter(({ id, sha256 }) => rows.has(id) && rows.get(id)?.sha256 !== sha256)
      .map(({ id }) => id),
    duplicated: ids(several.filter(({ automatic }) => automatic)),
    repeated: several
      .filter(({ automatic }) => !automatic)
      .flatMap((row) => Array.from({ length: timesOf(row) - 1 }, () => row.id)),
    uncertainDelivered: ids(uncertain.filter((row) => timesOf(row) > 0)),
    uncertainMissing: ids(uncertain.filter((row) => timesOf(row) === 0)),
  }
}

/** How long each list of a report is: the figures of a run, on one line. */
export const countsOf = (report: Incoming | Outgoing): Record<string, number> =>
  Object.fromEntries(Object.entries(report).map(([name, list]) => [name, list.length]))

function byId<T extends Entry>(entries: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const entry of entries) {
    const group = groups.get(entry.id)
    if (group === undefined) groups.set(entry.id, [entry])
    else group.push(entry)
  }
  return groups
}
