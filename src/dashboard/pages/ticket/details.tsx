/** What a ticket is: status, who cares for it, how urgent it is, and everything else about it. */
import type { Ticket } from '../../api/types.ts'
import { Select } from '../../parts/field.tsx'
import { nameOf } from '../../parts/person.tsx'
import { Ago } from '../../parts/time.tsx'
import { agents, categories, labelOf, PRIORITIES, statuses } from '../../state/desk.ts'
import { confirmed } from '../../parts/dialog.tsx'
import { People } from './people.tsx'
import { Requester } from './requester.tsx'
import { Snooze } from './snooze.tsx'
import { Tags } from './tags.tsx'
import type { OpenTicket } from './ticket-state.ts'

export function Details({ open }: { open: OpenTicket }) {
  const ticket = open.ticket.value
  if (ticket === null) return null
  return (
    <aside aria-label="Details" class="flex flex-col gap-4">
      <div class="panel flex flex-col gap-3 p-4">
        <Choices open={open} ticket={ticket} />
        <Snooze open={open} ticket={ticket} />
        <Tags key={ticket.id} ticket={ticket} change={open.change} />
      </div>
      <Requester open={open} ticket={ticket} />
      <People open={open} ticket={ticket} />
      <Facts ticket={ticket} />
    </aside>
  )
}

/** A final status is asked about: nothing but a new ticket leads out of it. */
export async function moveTo(open: OpenTicket, status: string): Promise<void> {
  const rule = statuses.value.find(({ name }) => name === status)
  const question = {
    title: `${rule?.label ?? status}?`,
    text: 'This is final: the ticket takes no more answers. What the customer writes later becomes a new ticket.',
    confirm: rule?.label ?? status,
  }
  if (rule?.final !== true || (await confirmed(question))) await open.change({ status })
}

function Choices({ open, ticket }: { open: OpenTicket; ticket: Ticket }) {
  const own = { value: ticket.status, label: ticket.status_label }
  const others = ticket.allowed_statuses.map((name) => ({ value: name, label: labelOf(name) }))
  const known = agents.value.some(({ id }) => id === ticket.assignee?.id)
  const assigned = ticket.assignee === null || known ? [] : [ticket.assignee]
  const people = [...assigned, ...agents.value]
  return (
    <>
      <Select
        label="Status"
        value={ticket.status}
        choices={[own, ...others]}
        onChoose={(status) => void moveTo(open, status)}
      />
      <Select
        label="Assignee"
        value={String(ticket.assignee?.id ?? '')}
        choices={[
          { value: '', label: 'Nobody' },
          ...people.map((agent) => ({ value: String(agent.id), label: nameOf(agent) })),
        ]}
        onChoose={(id) => void open.change({ assignee: id === '' ? null : Number(id) })}
      />
      <Select
        label="Priority"
        value={ticket.priority}
        choices={PRIORITIES.map((name) => ({
          value: name,
          label: name.charAt(0).toUpperCase() + name.slice(1),
        }))}
        onChoose={(priority) => void open.change({ priority })}
      />
      {categories.value.length > 0 && (
        <Select
          label="Category"
          value={ticket.category ?? ''}
          choices={[
            { value: '', label: 'None' },
            ...categories.value.map((name) => ({ value: name, label: name })),
          ]}
          onChoose={(category) => void open.change({ category: category === '' ? null : category })}
        />
      )}
    </>
  )
}

const Link = ({ id }: { id: number }) => (
  <a class="link" href={`/tickets/${id}`}>
    #{id}
  </a>
)

function Facts({ ticket }: { ticket: Ticket }) {
  const fields = Object.entries(ticket.fields)
  return (
    <dl class="panel grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5 p-4 text-sm">
      <dt class="muted">Inbox</dt>
      <dd dir="auto">{ticket.inbox ?? 'none'}</dd>
      <dt class="muted">Opened</dt>
      <dd>
        <Ago at={ticket.created_at} />
      </dd>
      {ticket.closed_at !== null && (
        <>
          <dt class="muted">Closed</dt>
          <dd>
            <Ago at={ticket.closed_at} />
          </dd>
        </>
      )}
      {ticket.follow_up_of !== null && (
        <>
          <dt class="muted">Follow-up of</dt>
          <dd>
            <Link id={ticket.follow_up_of} />
          </dd>
        </>
      )}
      {ticket.related.length > 0 && (
        <>
          <dt class="muted">Related</dt>
          <dd class="flex flex-wrap gap-2">
            {ticket.related.map((id) => (
              <Link key={id} id={id} />
            ))}
          </dd>
        </>
      )}
      <dt class="muted">Transcript</dt>
      <dd class="flex gap-3">
        {['txt', 'html', 'mbox'].map((format) => (
          <a
            key={format}
            class="link"
            href={`/api/v1/tickets/${ticket.id}/transcript?format=${format}`}
            download
          >
            {format}
          </a>
        ))}
      </dd>
      {fields.map(([name, value]) => (
        <div key={name} class="contents">
          <dt class="muted break-words" dir="auto">
            {name}
          </dt>
          <dd class="written">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
