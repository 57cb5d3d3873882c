/** A ticket, for agents. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Ticket } from '../../api/types.ts'
import { Failed, Waiting } from '../../parts/feedback.tsx'
import { navigate, path } from '../../router.ts'
import { draftOf } from '../../state/drafts.ts'
import { statuses, statusesIn } from '../../state/desk.ts'
import { useShortcuts } from '../../state/shortcuts.ts'
import { setTitle } from '../../state/title.ts'
import { user } from '../../state/session.ts'
import { lastList, neighbourOf } from '../tickets/list-memory.ts'
import { Composer } from './composer.tsx'
import { Conversation } from './conversation.tsx'
import { Details, moveTo } from './details.tsx'
import { MergeDialog } from './merge-dialog.tsx'
import { Presence } from './presence.tsx'
import { takeOrRelease, TicketHeader } from './ticket-header.tsx'
import { type OpenTicket, useTicket } from './ticket-state.ts'

export function TicketPage() {
  const id = Number(path.value.split('/')[2])
  const open = useTicket(id)
  const merging = useSignal(false)
  const ticket = open.ticket.value
  useEffect(() => {
    if (ticket !== null) setTitle(`#${ticket.id} ${ticket.subject}`)
  }, [ticket?.subject, ticket?.id])
  useTicketKeys(open)
  if (open.problem.value !== null && ticket === null) {
    return <Failed problem={open.problem.value} again={open.again} />
  }
  if (ticket === null) return <Waiting lines={10} />
  return (
    <div class="mx-auto max-w-7xl p-4 sm:p-6">
      <TicketHeader open={open} ticket={ticket} merging={merging} />
      <div class="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_19rem]">
        <div class="flex min-w-0 flex-col gap-4">
          <Conversation open={open} />
          <Presence id={id} />
          <Answer open={open} ticket={ticket} merging={merging} />
        </div>
        <Details open={open} />
      </div>
    </div>
  )
}

function Answer(props: { open: OpenTicket; ticket: Ticket; merging: Signal<boolean> }) {
  const { open, ticket, merging } = props
  const rule = statuses.value.find(({ name }) => name === ticket.status)
  return (
    <>
      {rule?.comments === false ? (
        <p class="panel muted p-5 text-center">
          {ticket.status_label} – this is final. What the customer writes now becomes a new ticket.{' '}
          <a class="link" href={`/new?follow=${ticket.id}`}>
            Write to the customer in a new ticket
          </a>
        </p>
      ) : (
        <Composer key={ticket.id} open={open} />
      )}
      {merging.value && (
        <MergeDialog
          ticket={ticket}
          onClose={() => {
            merging.value = false
          }}
        />
      )}
    </>
  )
}

const focus = (id: string): void => document.getElementById(id)?.focus()

function write(id: number, isNote: boolean): void {
  const draft = draftOf(id)
  draft.value = { ...draft.value, isNote }
  focus('composer')
}

function useTicketKeys(open: OpenTicket): void {
  const { id } = open
  const go = (to: number | null): void => {
    if (to !== null) navigate(`/tickets/${to}`)
  }
  const detail = (label: string) => (): void => {
    const selects = [...document.querySelectorAll<HTMLElement>('aside[aria-label=Details] select')]
    selects.find((one) => one.parentElement?.textContent?.startsWith(label))?.focus()
  }
  useShortcuts('Ticket', {
    r: { does: 'Reply', run: () => write(id, false) },
    n: { does: 'Write a note', run: () => write(id, true) },
    t: {
      does: 'Take, or put back',
      run: () => {
        const ticket = open.ticket.peek()
        const isMine = ticket?.assignee?.id === user.peek()?.id
        if (ticket !== null) void takeOrRelease(open, ticket, isMine)
      },
    },
    s: { does: 'Change the status', run: detail('Status') },
    a: { does: 'Assign', run: detail('Assignee') },
    p: { does: 'Change the priority', run: detail('Priority') },
    l: { does: 'Add a tag', run: () => focus('new-tag') },
    e: {
      does: 'Resolve',
      run: () => {
        const allowed = open.ticket.peek()?.allowed_statuses ?? []
        const status = statusesIn('closed').find((name) => allowed.includes(name))
        if (status !== undefined) void moveTo(open, status)
      },
    },
    u: { does: 'Back to the list', run: () => navigate(lastList.value.address) },
    '[': { does: 'Previous ticket', run: () => go(neighbourOf(id, -1)) },
    ']': { does: 'Next ticket', run: () => go(neighbourOf(id, 1)) },
  })
}
