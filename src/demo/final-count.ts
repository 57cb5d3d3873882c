/**
 * The end of the story: waits until nothing is under way any more, then compares what the daemon
 * says, what the mail servers saw and what the story wanted. An empty list of problems is success.
 */
import { pause } from '../pause.ts'
import type { DeskClient, DeskInbound, DeskOutbox, DeskTicket } from './desk-client.ts'
import type { MailWorld } from './mail-world.ts'
import { SUPPORT } from './personas.ts'
import { readMail } from './read-mail.ts'
import type { ExpectedTicket } from './story.ts'

const LOOK_EVERY_MS = 200
const PATIENCE_MS = 60_000

export interface FinalCount {
  tickets: number
  comments: number
  mailsIn: number
  mailsOut: number
  bounced: number
  problems: readonly string[]
}

/** The part of the API that is asked. */
export type DeskReader = Pick<DeskClient, 'tickets' | 'inbound' | 'outbox'>

interface DeskState {
  tickets: readonly DeskTicket[]
  inbound: readonly DeskInbound[]
  outbox: readonly DeskOutbox[]
}

export async function countAtTheEnd(
  world: MailWorld,
  desk: DeskReader,
  expected: readonly ExpectedTicket[],
  signal: AbortSignal,
): Promise<FinalCount> {
  const { state, unfinished } = await untilDrained(world, desk, signal)
  const sent = state.outbox.filter(({ outcome }) => outcome === 'sent' || outcome === 'bounced')
  const bounced = sent.filter(({ outcome }) => outcome === 'bounced').length
  return {
    tickets: state.tickets.length,
    comments: state.tickets.reduce((sum, { counts }) => sum + counts.comments, 0),
    mailsIn: state.inbound.length,
    mailsOut: sent.length,
    bounced,
    problems: [
      ...unfinished,
      ...ticketProblems(state.tickets, expected),
      ...ledgerProblems(world, state),
      ...mailboxProblems(world, expected),
      ...(bounced === 1 ? [] : [`${bounced} mails are marked as bounced instead of 1`]),
    ],
  }
}

async function untilDrained(
  world: MailWorld,
  desk: DeskReader,
  signal: AbortSignal,
): Promise<{ state: DeskState; unfinished: readonly string[] }> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const [tickets, inbound, outbox] = await Promise.all([
      desk.tickets(),
      desk.inbound(),
      desk.outbox(),
    ])
    const state = { tickets, inbound, outbox }
    const unfinished = underWay(world, state)
    if (unfinished.length === 0 || Date.now() > deadline || signal.aborted) {
      return { state, unfinished }
    }
    await pause(LOOK_EVERY_MS, signal)
  }
}

function underWay(world: MailWorld, { inbound, outbox }: DeskState): string[] {
  const arrived = world.inboxOf(SUPPORT.address).length
  const handled = inbound.filter(({ fate }) => fate !== 'pending').length
  const open = outbox.filter(({ outcome }) => ['queued', 'sending', 'ending'].includes(outcome))
  // The report about Gil's address is the last mail to come, and nobody in the story waits for it.
  const isReported = outbox.some(({ outcome }) => outcome === 'bounced')
  return [
    ...(handled < arrived ? [`${arrived - handled} mails are not handled yet`] : []),
    ...open.map(({ to, kind, outcome }) => `a mail (${kind}) to ${to} is still ${outcome}`),
    ...(isReported ? [] : ['the delivery report has not been noticed yet']),
  ]
}

function ticketProblems(
  tickets: readonly DeskTicket[],
  expected: readonly ExpectedTicket[],
): string[] {
  const problems = expected.flatMap((wanted) => {
    const found = tickets.filter(
      ({ subject, requester }) =>
        requester.email === wanted.requester && subject.includes(plain(wanted.subject)),
    )
    const [ticket, ...others] = found
    if (ticket === undefined || others.length > 0) {
      return [`"${wanted.subject}" is ${found.length} tickets instead of 1`]
    }
    return differences(ticket, wanted).map((text) => `ticket ${ticket.id} ${text}`)
  })
  if (tickets.length !== expected.length) {
    problems.push(`there are ${tickets.length} tickets instead of ${expected.length}`)
  }
  return problems
}

/** The daemon may keep or drop `Re:` in front of a subject. */
const plain = (subject: string): string => subject.replace(/^Re: /, '')

function differences(ticket: DeskTicket, wanted: ExpectedTicket): string[] {
  const { atLeast, atMost } = wanted.comments
  const { comments } = ticket.counts
  const found: string[] = []
  if (comments < atLeast || comments > atMost) {
    found.push(`has ${comments} comments instead of ${atLeast} to ${atMost}`)
  }
  if (wanted.status !== undefined && ticket.status !== wanted.status) {
    found.push(`is ${ticket.status} instead of ${wanted.status}`)
  }
  if (wanted.tag !== undefined && !ticket.tags.includes(wanted.tag)) {
    found.push(`lacks the tag ${wanted.tag}`)
  }
  return found
}

/** Promises 1 and 2: every mail we were given has one row, every row we sent is one mail. */
function ledgerProblems(world: MailWorld, { inbound, outbox }: DeskState): string[] {
  const arrived = world.inboxOf(SUPPORT.address).length
  const ours = world.smtp.received.filter(({ user }) => user === SUPPORT.address)
  const sent = outbox.filter(({ outcome }) => outcome === 'sent' || outcome === 'bounced').length
  const ids = new Set(ours.map(({ source }) => readMail(source).messageId))
  const problems: string[] = []
  if (inbound.length !== arrived) {
    problems.push(`the ledger has ${inbound.length} mails, the INBOX has ${arrived}`)
  }
  if (ours.length !== sent) {
    problems.push(`${sent} mails count as sent, the SMTP server took ${ours.length}`)
  }
  if (ids.size !== ours.length) problems.push('a mail was sent twice')
  const stuck = outbox.filter(({ outcome }) => ['failed', 'held', 'uncertain'].includes(outcome))
  const quarantined = inbound.filter(({ fate }) => fate === 'quarantined').length
  if (quarantined > 0) problems.push(`${quarantined} mails are quarantined`)
  return [...problems, ...stuck.map(({ to, outcome }) => `a mail to ${to} is ${outcome}`)]
}

/** One acknowledgement for who opened a ticket, none for who did not. */
function mailboxProblems(world: MailWorld, expected: readonly ExpectedTicket[]): string[] {
  return expected.flatMap(({ requester, acknowledged }) => {
    const automatic = world.smtp.received.filter(
      ({ source, user, envelope }) =>
        user === SUPPORT.address &&
        envelope.rcptTo.includes(requester) &&
        readMail(source).isAutomatic,
    ).length
    const wanted = acknowledged ? 1 : 0
    return automatic === wanted
      ? []
      : [`${requester} got ${automatic} acknowledgements instead of ${wanted}`]
  })
}
