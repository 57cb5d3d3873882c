/** How the fault tests of named points run: desks from a prepared database, and what is done to them. */
import { CONNECT } from '../../src/demo/imap/faults.ts'
import type { MailWorld } from '../../src/demo/mail-world.ts'
import { FAULT_POINTS, type FaultPoint } from '../../src/fault-points.ts'
import type { onSqlite } from '../kit/databases.ts'
import { type Fault, FaultDesk, type FaultKind, preparedDesks } from './fault-desk.ts'

/** Mails of customers for one fault. */
export const MAILS = 10

/** They do not happen while mail comes in: own-moments.ts. */
const ELSEWHERE: ReadonlySet<FaultPoint> = new Set([
  'migrate.step',
  'backup.copied',
  'stop.draining',
])
/** Passed once, or not surely more often, while ten mails come in. */
const ONCE: ReadonlySet<FaultPoint> = new Set([
  'imap.connecting',
  'imap.selected',
  'smtp.connecting',
])

/** PostgreSQL keeps large files itself. */
const IN_FILES: ReadonlySet<FaultPoint> = new Set(['blob.written', 'blob.named'])

/** The first and the second passing of every point; `files`: where large contents are files. */
export const faultsOf = (kinds: readonly FaultKind[], { files }: { files: boolean }): Fault[] =>
  FAULT_POINTS.filter((point) => !ELSEWHERE.has(point) && (files || !IN_FILES.has(point))).flatMap(
    (point) =>
      kinds.flatMap((kind) =>
        (ONCE.has(point) ? [1] : [1, 2]).map((nth) => ({ point, kind, nth })),
      ),
  )

/** Moments inside a conversation, made by the server: it says no more, and the daemon is killed. */
export const MOMENTS: readonly [string, (world: MailWorld) => { untilUsed(): Promise<void> }][] = [
  ['before a greeting', ({ imap }) => imap.faults.add({ on: CONNECT, do: 'stall' })],
  [
    'inside a literal',
    ({ imap }) => imap.faults.add({ on: /BODY/, do: 'drip', bytes: 9, everyMs: 9 }),
  ],
  ['after STORE', ({ imap }) => imap.faults.add({ on: /^UID STORE/, do: 'stall' })],
  ['after MAIL', ({ smtp }) => smtp.faults.add({ at: 'mail', do: 'hang' })],
  ['after RCPT', ({ smtp }) => smtp.faults.add({ at: 'rcpt', do: 'hang' })],
  ['after DATA', ({ smtp }) => smtp.faults.add({ at: 'data', do: 'hang' })],
  ['inside a body', ({ smtp }) => smtp.faults.add({ at: 'body', do: 'hang' })],
  ['after a dot that was not taken', ({ smtp }) => smtp.faults.add({ at: 'dot', do: 'hang' })],
  ['after a dot that was taken', ({ smtp }) => smtp.faults.add({ at: 'accepted', do: 'hang' })],
]

/** Gives `suite` a way to desks on one kind of database. */
export function withDesks(
  databases: typeof onSqlite,
  suite: (open: () => Promise<FaultDesk>) => void,
): void {
  const desks = preparedDesks()
  const fresh = databases({ prepare: desks.prepare })
  suite(async () => {
    const database = await fresh()
    return FaultDesk.open(database, desks.token())
  })
}

/** One desk: faults, then the oracle. */
export async function using(
  open: () => Promise<FaultDesk>,
  work: (desk: FaultDesk) => Promise<void>,
): Promise<void> {
  const desk = await open()
  try {
    await work(desk)
    await desk.expectNothingLost()
  } finally {
    await desk.close()
  }
}
