/** Mail on its way out: what waits, what went, what did not arrive. */
import { post } from '../../api/client.ts'
import type { Outgoing } from '../../api/types.ts'
import { type Column, DataList, usePages } from '../../parts/data-list.tsx'
import { Empty } from '../../parts/feedback.tsx'
import { DeskPage, Tabs } from '../../parts/page.tsx'
import { Ago } from '../../parts/time.tsx'
import { search } from '../../router.ts'
import { attempt } from '../../state/toasts.ts'

const TONES: Readonly<Record<string, string>> = {
  sent: 'tone-success',
  failed: 'tone-error',
  bounced: 'tone-error',
  uncertain: 'tone-warning',
  suppressed: 'tone-warning',
  held: 'tone-warning',
}
const TABS = ['queued', 'held', 'failed', 'bounced', 'uncertain', 'suppressed', 'sent', 'discarded']
/** Which orders the API takes for which outcome. */
const ORDERS: Readonly<Record<string, readonly string[]>> = {
  held: ['release', 'discard'],
  queued: ['discard'],
  failed: ['retry', 'discard'],
  bounced: ['retry'],
  uncertain: ['retry', 'discard'],
}
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

export function OutboxPage() {
  const outcome = search.value.get('outcome')
  const pages = usePages<Outgoing>(
    '/outbox',
    { outcome },
    ({ type }) => type === 'delivery.changed',
  )
  const order = (id: number, verb: string): void => {
    void attempt(() => post(`/outbox/${id}/${verb}`)).then(pages.again)
  }
  const columns: readonly Column<Outgoing>[] = [
    {
      title: 'Message',
      class: 'max-md:basis-full',
      cell: (message) => (
        <div class="min-w-0 max-w-xl">
          <bdi class="block truncate">{message.to}</bdi>
          <span class="muted text-sm">
            {message.kind.replaceAll('_', ' ')}
            {message.ticket_id !== null && (
              <>
                {' '}
                ·{' '}
                <a class="link" href={`/tickets/${message.ticket_id}`}>
                  #{message.ticket_id}
                </a>
              </>
            )}
          </span>
          {message.detail !== null && <p class="written muted mt-1 text-sm">{message.detail}</p>}
        </div>
      ),
    },
    {
      title: 'Outcome',
      cell: (message) => (
        <span class={`pill ${TONES[message.outcome] ?? ''}`}>{message.outcome}</span>
      ),
    },
    {
      title: 'Attempts',
      class: 'text-sm',
      cell: ({ attempts, next_attempt_at: next }) => (
        <>
          {attempts}
          <span class="md:hidden"> {attempts === 1 ? 'attempt' : 'attempts'}</span>
          {next !== null && (
            <span class="muted">
              {' '}
              · next <Ago at={next} />
            </span>
          )}
        </>
      ),
    },
    {
      title: 'Actions',
      class: 'text-end',
      cell: ({ id, outcome: now }) => (
        <span class="flex justify-end gap-1.5">
          {(ORDERS[now] ?? []).map((verb) => (
            <button key={verb} type="button" class="btn btn-xs" onClick={() => order(id, verb)}>
              {capital(verb)}
            </button>
          ))}
        </span>
      ),
    },
  ]
  const tabs = [
    { value: null, label: 'All' },
    ...TABS.map((value) => ({ value, label: capital(value) })),
  ]
  return (
    <DeskPage title="Outbox" hint="One row is one mail to one person.">
      <div class="panel overflow-clip">
        <Tabs name="outcome" label="Outcome" tabs={tabs} />
        <DataList
          pages={pages}
          columns={columns}
          caption="Outgoing mail"
          empty={
            <Empty icon="outbox" title="Nothing here">
              No mail {outcome === null ? 'has gone out yet' : `is ${outcome}`}.
            </Empty>
          }
        />
      </div>
    </DeskPage>
  )
}
