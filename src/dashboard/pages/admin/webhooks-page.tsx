/** Programs that are told of events, and how telling them went. */
import { useSignal } from '@preact/signals'
import { patch, post, remove } from '../../api/client.ts'
import { type Column, DataList, usePages } from '../../parts/data-list.tsx'
import { confirmed, Dialog } from '../../parts/dialog.tsx'
import { Empty } from '../../parts/feedback.tsx'
import { Field } from '../../parts/field.tsx'
import { Form, useForm } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { DeskPage } from '../../parts/page.tsx'
import { Ago } from '../../parts/time.tsx'
import { attempt } from '../../state/toasts.ts'
import { Deliveries } from './webhook-deliveries.tsx'

export interface Webhook {
  readonly id: number
  readonly url: string
  readonly description: string | null
  readonly events: readonly string[]
  readonly active: boolean
  readonly disabled_reason: string | null
  readonly failing_since: string | null
  readonly last_success_at: string | null
}

export function WebhooksPage() {
  const pages = usePages<Webhook>('/webhooks', {}, ({ type }) => type === 'webhook.changed', {
    isPaged: false,
  })
  const making = useSignal(false)
  const shown = useSignal<Webhook | null>(null)
  const columns: readonly Column<Webhook>[] = [
    { title: 'Address', cell: (hook) => <About hook={hook} />, class: 'max-md:basis-full' },
    { title: 'State', cell: (hook) => <State hook={hook} /> },
    {
      title: 'Actions',
      class: 'text-end',
      cell: (hook) => <Orders hook={hook} again={pages.again} show={() => (shown.value = hook)} />,
    },
  ]
  return (
    <DeskPage
      title="Webhooks"
      hint="Told of every event, signed by Standard Webhooks, repeated until they are heard."
      actions={
        <button type="button" class="btn btn-sm btn-primary" onClick={() => (making.value = true)}>
          <Icon name="plus" /> New webhook
        </button>
      }
    >
      <div class="panel overflow-clip">
        <DataList
          pages={pages}
          columns={columns}
          caption="Webhooks"
          empty={
            <Empty icon="hook" title="No webhooks">
              Tell another program what happens here.
            </Empty>
          }
        />
      </div>
      {making.value && (
        <MakeDialog
          onClose={() => {
            making.value = false
            pages.again()
          }}
        />
      )}
      {shown.value !== null && (
        <Deliveries hook={shown.value} onClose={() => (shown.value = null)} />
      )}
    </DeskPage>
  )
}

const About = ({ hook }: { hook: Webhook }) => (
  <div class="max-w-xl min-w-0">
    <span class="block font-mono text-sm break-all">{hook.url}</span>
    <span class="muted text-sm" dir="auto">
      {hook.description ?? (hook.events.length === 0 ? 'all events' : hook.events.join(', '))}
    </span>
  </div>
)

const State = ({ hook }: { hook: Webhook }) => {
  if (!hook.active) {
    return (
      <span class="pill tone-error" title={hook.disabled_reason ?? ''}>
        off{hook.disabled_reason !== null && `: ${hook.disabled_reason}`}
      </span>
    )
  }
  if (hook.failing_since !== null) {
    return (
      <span class="pill tone-warning">
        failing since <Ago at={hook.failing_since} />
      </span>
    )
  }
  return <span class="pill tone-success">on</span>
}

function Orders(props: { hook: Webhook; again: () => void; show: () => void }) {
  const { hook, again, show } = props
  const path = `/webhooks/${hook.id}`
  const drop = async (): Promise<void> => {
    const question = {
      title: 'Delete this webhook?',
      text: hook.url,
      confirm: 'Delete',
      dangerous: true,
    }
    if (await confirmed(question)) await attempt(() => remove(path)).then(again)
  }
  return (
    <span class="flex flex-wrap justify-end gap-1.5">
      <button type="button" class="btn btn-xs" onClick={show}>
        Deliveries
      </button>
      <button
        type="button"
        class="btn btn-xs"
        onClick={() => void attempt(() => post(`${path}/test`), 'A test is on its way.')}
      >
        Test
      </button>
      <button
        type="button"
        class="btn btn-xs"
        onClick={() => void attempt(() => patch(path, { active: !hook.active })).then(again)}
      >
        {hook.active ? 'Turn off' : 'Turn on'}
      </button>
      <button type="button" class="btn btn-xs" onClick={() => void drop()}>
        Delete
      </button>
    </span>
  )
}

function MakeDialog({ onClose }: { onClose: () => void }) {
  const url = useSignal('')
  const description = useSignal('')
  const secret = useSignal<string | null>(null)
  const form = useForm(async () => {
    const body = {
      url: url.value,
      description: description.value === '' ? null : description.value,
    }
    secret.value = (await post<{ secret: string }>('/webhooks', body)).secret
  })
  return (
    <Dialog title="New webhook" onClose={onClose}>
      {secret.value === null ? (
        <Form form={form} button="Make it">
          <Field
            label="Address"
            value={url}
            placeholder="https://example.com/hook"
            error={form.problem.value?.of('url')}
            autofocus
          />
          <Field label="What is it for?" value={description} />
        </Form>
      ) : (
        <div class="flex flex-col gap-3">
          <p>Its secret, to check the signatures with. Copy it now: it is never shown again.</p>
          <code class="bg-base-200 rounded-field p-3 break-all select-all">{secret.value}</code>
          <button type="button" class="btn btn-primary" onClick={onClose}>
            Done
          </button>
        </div>
      )}
    </Dialog>
  )
}
