/** The inboxes and how their connections are right now. */
import { get } from '../../api/client.ts'
import type { Connection, Inbox, Page } from '../../api/types.ts'
import { Failed, Waiting } from '../../parts/feedback.tsx'
import { DeskPage } from '../../parts/page.tsx'
import { Ago } from '../../parts/time.tsx'
import { isAdmin } from '../../state/session.ts'
import { useEvents, useEvery, useLoad } from '../../state/load.ts'
import { InboxOrders } from './inbox-orders.tsx'

/** Health is not an event of the desk: it is looked at again and again. */
const LOOK_EVERY_MS = 5_000

export function InboxesPage() {
  const inboxes = useLoad('inboxes', () => get<Page<Inbox>>('/inboxes'))
  useEvents(({ type }) => type === 'inbox.changed', inboxes.again)
  useEvery(LOOK_EVERY_MS, inboxes.again)
  const { data, problem } = inboxes
  return (
    <DeskPage
      title="Inboxes"
      hint="Where mail comes in and goes out. They are set up in the configuration."
    >
      {problem.value !== null && data.value === null && (
        <Failed problem={problem.value} again={inboxes.again} />
      )}
      {data.value === null && problem.value === null && <Waiting />}
      <ul class="grid gap-4 lg:grid-cols-2">
        {data.value?.data.map((inbox) => (
          <Card key={inbox.id} inbox={inbox} again={inboxes.again} />
        ))}
      </ul>
    </DeskPage>
  )
}

const Card = ({ inbox, again }: { inbox: Inbox; again: () => void }) => (
  <li class="panel p-5">
    <h2 class="flex items-center gap-2">
      <bdi>{inbox.name}</bdi>
      {inbox.paused_at !== null && <span class="pill tone-warning">paused</span>}
    </h2>
    <p class="muted mb-4 text-sm break-all">{inbox.address}</p>
    <dl class="flex flex-col gap-4">
      <Side title="Receiving (IMAP)" connection={inbox.imap} />
      <Side title="Sending (SMTP)" connection={inbox.smtp} />
    </dl>
    {inbox.pending > 0 && (
      <p class="mt-4 text-sm">
        {inbox.pending} {inbox.pending === 1 ? 'message is' : 'messages are'} waiting to be read.
      </p>
    )}
    {isAdmin.value && <InboxOrders inbox={inbox} again={again} />}
  </li>
)

const STATES: Readonly<Record<string, { tone: string; text: string }>> = {
  connected: { tone: 'tone-success', text: 'connected' },
  connecting: { tone: 'tone-warning', text: 'connecting' },
  error: { tone: 'tone-error', text: 'does not work' },
  standby: { tone: '', text: 'another daemon fetches' },
  stopped: { tone: '', text: 'stopped' },
}

const Side = ({ title, connection }: { title: string; connection: Connection }) => {
  const bad = connection.error !== null
  const shown = STATES[bad ? 'error' : connection.state] ?? { tone: '', text: connection.state }
  return (
    <div>
      <dt class="flex flex-wrap items-center gap-2 font-medium">
        {title} <span class={`pill ${shown.tone}`}>{shown.text}</span>
      </dt>
      <dd class="muted mt-1 text-sm">
        {connection.since !== null && (
          <>
            since <Ago at={connection.since} />
          </>
        )}
        {connection.last_success_at !== null && (
          <>
            {' '}
            · last worked <Ago at={connection.last_success_at} />
          </>
        )}
        {bad && <p class="written text-error mt-1">{connection.error}</p>}
        {bad && connection.next_retry_at !== null && (
          <p>
            Next try <Ago at={connection.next_retry_at} />
          </p>
        )}
      </dd>
    </div>
  )
}
