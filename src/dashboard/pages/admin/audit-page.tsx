/** Who did what, newest first. */
import type { DeskEvent } from '../../api/types.ts'
import { type Column, DataList, usePages } from '../../parts/data-list.tsx'
import { Empty } from '../../parts/feedback.tsx'
import { DeskPage } from '../../parts/page.tsx'
import { Ago } from '../../parts/time.tsx'
import { eventText } from '../ticket/event-line.tsx'

interface Done extends DeskEvent {
  readonly actor: DeskEvent['actor'] & {
    readonly name: string | null
    readonly email: string | null
  }
}

const columns: readonly Column<Done>[] = [
  {
    title: 'Who',
    cell: ({ actor }) => <bdi>{actor.name ?? actor.email ?? actor.type}</bdi>,
  },
  {
    title: 'What',
    class: 'max-md:basis-full',
    cell: (event) => (
      <>
        <span class="block">{eventText(event) ?? event.type.replace(/[._]/g, ' ')}</span>
        <code
          class="muted block max-w-lg truncate text-xs max-md:w-0 max-md:min-w-full"
          title={JSON.stringify(event.data, null, 1)}
        >
          {JSON.stringify(event.data)}
        </code>
      </>
    ),
  },
  {
    title: 'Ticket',
    cell: ({ ticket_id: id }) =>
      id === null ? null : (
        <a class="link" href={`/tickets/${id}`}>
          #{id}
        </a>
      ),
  },
  { title: 'When', class: 'text-end text-sm', cell: ({ created_at: at }) => <Ago at={at} /> },
]

export function AuditPage() {
  const pages = usePages<Done>('/audit', {}, () => true)
  return (
    <DeskPage title="Audit log" hint="What people did here, newest first.">
      <div class="panel overflow-clip">
        <DataList
          pages={pages}
          columns={columns}
          caption="Audit log"
          empty={<Empty icon="list" title="Nothing was done yet" />}
        />
      </div>
    </DeskPage>
  )
}
