/** Addresses that get no automatic mail, and senders that are not heard. */
import { useSignal } from '@preact/signals'
import { post, remove } from '../../api/client.ts'
import { type Column, DataList, usePages } from '../../parts/data-list.tsx'
import { Empty } from '../../parts/feedback.tsx'
import { DeskPage } from '../../parts/page.tsx'
import { Ago } from '../../parts/time.tsx'
import { attempt } from '../../state/toasts.ts'

interface Suppression {
  readonly id: number
  readonly address: string
  readonly reason: string
  readonly detail: string
  readonly created_at: string
}
interface Blocked {
  readonly id: number
  readonly sender: string
  readonly note: string | null
  readonly created_at: string
}

export const SendersPage = () => (
  <DeskPage title="Addresses" hint="Who gets no automatic mail, and who is not heard.">
    <div class="grid items-start gap-5 xl:grid-cols-2">
      <Suppressions />
      <BlockedSenders />
    </div>
  </DeskPage>
)

function Suppressions() {
  const pages = usePages<Suppression>(
    '/suppressions',
    {},
    ({ type }) => type === 'delivery.changed',
  )
  const lift = (id: number): void => {
    void attempt(() => remove(`/suppressions/${id}`), 'Mail goes there again.').then(pages.again)
  }
  const columns: readonly Column<Suppression>[] = [
    {
      title: 'Address',
      class: 'max-md:basis-full',
      cell: ({ address, detail }) => (
        <>
          <span class="block break-all">{address}</span>
          <span class="written muted text-sm">{detail}</span>
        </>
      ),
    },
    {
      title: 'Why',
      cell: ({ reason, created_at: at }) => (
        <>
          <span class="pill">{reason.replaceAll('_', ' ')}</span>
          <span class="muted block text-sm">
            <Ago at={at} />
          </span>
        </>
      ),
    },
    {
      title: 'Actions',
      class: 'text-end',
      cell: ({ id }) => (
        <button type="button" class="btn btn-xs" onClick={() => lift(id)}>
          Send again
        </button>
      ),
    },
  ]
  return (
    <section class="panel overflow-clip" aria-label="No automatic mail">
      <Head
        title="No automatic mail to"
        label="Address"
        placeholder="address"
        add={(address) => post('/suppressions', { address })}
        done={pages.again}
      />
      <DataList
        pages={pages}
        columns={columns}
        caption="Addresses without automatic mail"
        empty={
          <Empty icon="mail" title="Nobody">
            Addresses whose mail came back appear here.
          </Empty>
        }
      />
    </section>
  )
}

function BlockedSenders() {
  const pages = usePages<Blocked>('/blocked-senders', {}, ({ type }) => type === 'sender.changed')
  const lift = (id: number): void => {
    void attempt(() => remove(`/blocked-senders/${id}`), 'His mail is taken again.').then(
      pages.again,
    )
  }
  const columns: readonly Column<Blocked>[] = [
    {
      title: 'Sender',
      class: 'max-md:basis-full',
      cell: ({ sender, note }) => (
        <>
          <span class="block break-all">{sender}</span>
          {note !== null && <span class="written muted text-sm">{note}</span>}
        </>
      ),
    },
    { title: 'Since', class: 'text-sm', cell: ({ created_at: at }) => <Ago at={at} /> },
    {
      title: 'Actions',
      class: 'text-end',
      cell: ({ id }) => (
        <button type="button" class="btn btn-xs" onClick={() => lift(id)}>
          Unblock
        </button>
      ),
    },
  ]
  return (
    <section class="panel overflow-clip" aria-label="Blocked senders">
      <Head
        title="Blocked senders"
        label="Sender"
        placeholder="address or @domain"
        add={(sender) => post('/blocked-senders', { sender })}
        done={pages.again}
      />
      <DataList
        pages={pages}
        columns={columns}
        caption="Blocked senders"
        empty={
          <Empty icon="shield" title="Nobody">
            Mail of everybody is taken.
          </Empty>
        }
      />
    </section>
  )
}

function Head(props: {
  title: string
  label: string
  placeholder: string
  add: (text: string) => Promise<unknown>
  done: () => void
}) {
  const text = useSignal('')
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    const wanted = text.value.trim()
    if (wanted === '' || !(await attempt(() => props.add(wanted)))) return
    text.value = ''
    props.done()
  }
  return (
    <form
      class="border-base-300 flex flex-wrap items-center gap-2 border-b px-4 py-3"
      onSubmit={(event) => void submit(event)}
    >
      <h2 class="me-auto">{props.title}</h2>
      <input
        class="input input-sm w-44"
        aria-label={props.label}
        placeholder={props.placeholder}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value
        }}
      />
      <button type="submit" class="btn btn-sm">
        Add
      </button>
    </form>
  )
}
