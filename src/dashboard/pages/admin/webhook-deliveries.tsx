/** What one webhook was told, and what it answered. */
import { post } from '../../api/client.ts'
import { type Column, DataList, usePages } from '../../parts/data-list.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Empty } from '../../parts/feedback.tsx'
import { Ago } from '../../parts/time.tsx'
import { attempt } from '../../state/toasts.ts'
import type { Webhook } from './webhooks-page.tsx'

interface Delivery {
  readonly id: number
  readonly type: string
  readonly state: string
  readonly attempts: number
  readonly last_status: number | null
  readonly last_error: string | null
  readonly created_at: string
}

export function Deliveries({ hook, onClose }: { hook: Webhook; onClose: () => void }) {
  const path = `/webhooks/${hook.id}/deliveries`
  const pages = usePages<Delivery>(path, {})
  const columns: readonly Column<Delivery>[] = [
    {
      title: 'Event',
      cell: ({ type, created_at: at }) => (
        <>
          <span class="block font-mono text-sm">{type}</span>
          <span class="muted text-sm">
            <Ago at={at} />
          </span>
        </>
      ),
    },
    {
      title: 'Outcome',
      cell: ({ state, last_status: status, last_error: error, attempts }) => (
        <>
          <span class="pill">{state}</span>
          <span class="muted block text-sm">
            {status ?? error ?? 'not tried yet'} · {attempts}{' '}
            {attempts === 1 ? 'attempt' : 'attempts'}
          </span>
        </>
      ),
    },
    {
      title: 'Actions',
      class: 'text-end',
      cell: ({ id }) => (
        <button
          type="button"
          class="btn btn-xs"
          onClick={() => void attempt(() => post(`${path}/${id}/redeliver`)).then(pages.again)}
        >
          Send again
        </button>
      ),
    },
  ]
  return (
    <Dialog title="Deliveries" onClose={onClose} wide>
      <p class="muted mb-3 font-mono text-sm break-all">{hook.url}</p>
      <DataList
        pages={pages}
        columns={columns}
        caption="Deliveries"
        empty={<Empty icon="hook" title="Nothing was sent yet" />}
      />
    </Dialog>
  )
}
