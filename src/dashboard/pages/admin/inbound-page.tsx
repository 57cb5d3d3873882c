/** Every message a server ever showed us, with what became of it and why. */
import { useSignal } from '@preact/signals'
import type { Inbound } from '../../api/types.ts'
import { type Column, DataList, type Pages, usePages } from '../../parts/data-list.tsx'
import { Empty } from '../../parts/feedback.tsx'
import { DeskPage, Tabs } from '../../parts/page.tsx'
import { Ago } from '../../parts/time.tsx'
import { search, setSearch } from '../../router.ts'
import { useEvery } from '../../state/load.ts'
import { sizeOf } from '../ticket/comment-card.tsx'
import { InboundOrders, ReleaseDialog } from './inbound-orders.tsx'

const FATES: Readonly<Record<string, { tone: string; text: string }>> = {
  pending: { tone: 'tone-warning', text: 'Waits' },
  ticket: { tone: 'tone-success', text: 'New ticket' },
  comment: { tone: 'tone-success', text: 'Answer' },
  duplicate: { tone: '', text: 'Duplicate' },
  system: { tone: '', text: 'Of a machine' },
  ignored: { tone: '', text: 'Ignored' },
  quarantined: { tone: 'tone-error', text: 'Quarantined' },
}

/** Mail of machines, and what could not even be fetched, is no event of the desk. */
const LOOK_EVERY_MS = 20_000

const mailMoved = ({ type }: { type: string }): boolean =>
  type === 'inbox.changed' || type === 'ticket.created' || type === 'comment.created'

export function InboundPage() {
  const fate = search.value.get('fate')
  const messageId = search.value.get('message_id')
  const pages = usePages<Inbound>('/inbound', { fate, message_id: messageId }, mailMoved)
  const text = useSignal(messageId ?? '')
  const tabs = Object.entries(FATES).map(([value, { text: label }]) => ({ value, label }))
  const find = (event: Event): void => {
    event.preventDefault()
    setSearch({ message_id: text.value.trim() })
  }
  return (
    <DeskPage
      title="Incoming mail"
      hint="Every message has exactly one row here, with its fate and the reasons."
      actions={
        <form onSubmit={find}>
          <input
            class="input input-sm w-72 max-w-full"
            type="search"
            placeholder="Message-ID"
            aria-label="Find by Message-ID"
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value
            }}
          />
        </form>
      }
    >
      <div class="panel overflow-clip">
        <Tabs name="fate" label="Fate" tabs={[{ value: null, label: 'All' }, ...tabs]} />
        <Messages pages={pages} />
      </div>
    </DeskPage>
  )
}

export function QuarantinePage() {
  const pages = usePages<Inbound>('/inbound', { fate: 'quarantined' }, mailMoved)
  return (
    <DeskPage
      title="Quarantine"
      hint="Mail that could not be handled, or should not be. Nothing of it is lost: it waits for you."
    >
      <div class="panel overflow-clip">
        <Messages pages={pages} isQuarantine />
      </div>
    </DeskPage>
  )
}

function Messages({
  pages,
  isQuarantine = false,
}: {
  pages: Pages<Inbound>
  isQuarantine?: boolean
}) {
  const releasing = useSignal<Inbound | null>(null)
  useEvery(LOOK_EVERY_MS, pages.again)
  const columns: readonly Column<Inbound>[] = [
    {
      title: 'Message',
      cell: (message) => <About message={message} />,
      class: 'max-md:basis-full',
    },
    { title: 'Fate', cell: (message) => <Fate message={message} /> },
    { title: 'Received', cell: ({ received_at: at }) => <Ago at={at} />, class: 'text-sm' },
    {
      title: 'Actions',
      class: 'text-end md:w-md',
      cell: (message) => (
        <InboundOrders
          message={message}
          again={pages.again}
          release={() => (releasing.value = message)}
        />
      ),
    },
  ]
  return (
    <>
      <DataList
        pages={pages}
        columns={columns}
        caption="Messages"
        empty={
          <Empty
            icon={isQuarantine ? 'check' : 'inbox'}
            title={isQuarantine ? 'Nothing is held back' : 'No message'}
          >
            {isQuarantine ? 'All mail could be handled.' : 'No message matches.'}
          </Empty>
        }
      />
      {releasing.value !== null && (
        <ReleaseDialog
          message={releasing.value}
          onClose={() => {
            releasing.value = null
            pages.again()
          }}
        />
      )}
    </>
  )
}

const About = ({ message }: { message: Inbound }) => (
  <div class="min-w-0 max-w-xl">
    <bdi class="block truncate" title={message.sender ?? ''}>
      {message.sender ?? 'Unknown sender'}
    </bdi>
    <span class="muted block truncate font-mono text-xs" title={message.message_id ?? ''}>
      {message.message_id ?? 'no Message-ID'}
    </span>
    <span class="muted block text-sm">
      <bdi>{message.inbox ?? 'no inbox'}</bdi> · {message.folder} · UID {message.uid} ·{' '}
      {sizeOf(message.size)}
      {message.verdict !== null && ` · ${message.verdict.replaceAll('_', ' ')}`}
    </span>
    {message.reasons.length > 0 && (
      <details class="mt-1 text-sm">
        <summary class="link muted cursor-pointer">Why?</summary>
        <ul class="muted mt-1 list-disc ps-5">
          {message.reasons.map((reason) => (
            <li key={reason} class="written">
              {reason}
            </li>
          ))}
        </ul>
      </details>
    )}
  </div>
)

const Fate = ({ message }: { message: Inbound }) => {
  const { tone, text } = FATES[message.fate] ?? { tone: '', text: message.fate }
  return (
    <span class="flex flex-wrap items-center gap-2">
      <span class={`pill ${tone}`}>{text}</span>
      {message.ticket_id !== null && (
        <a class="link text-sm" href={`/tickets/${message.ticket_id}`}>
          #{message.ticket_id}
        </a>
      )}
    </span>
  )
}
