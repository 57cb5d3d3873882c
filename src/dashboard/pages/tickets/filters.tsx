/** The filter of the list; all of it stands in the address, so that it can be shared. */
import type { Inbox, Page } from '../../api/types.ts'
import { get } from '../../api/client.ts'
import { askedFor } from '../../parts/ask.tsx'
import { Select } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { nameOf } from '../../parts/person.tsx'
import { search, setSearch } from '../../router.ts'
import { agents, categories, labelOf, PRIORITIES, statuses } from '../../state/desk.ts'
import { useLoad } from '../../state/load.ts'
import { isAdmin } from '../../state/session.ts'
import { dropView, savedViews, saveView } from '../../state/views.ts'
import { CHIPS, DELETED, LISTS, listOf } from './ticket-query.ts'

const ANY = { value: '', label: 'Any' }
const plain = (value: string) => ({ value, label: value })
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

export const ListTabs = () => (
  <div class="bg-base-200 flex rounded-lg p-0.5" role="group" aria-label="Which tickets">
    {(isAdmin.value ? [...LISTS, DELETED] : LISTS).map(({ value, label }) => {
      const isHere = listOf(search.value) === value && !search.value.has('status')
      return (
        <button
          key={value}
          type="button"
          aria-pressed={isHere}
          class={`rounded-md px-3 py-1 text-sm ${isHere ? 'bg-[light-dark(var(--color-base-100),var(--color-base-300))] font-semibold shadow-sm' : ''}`}
          onClick={() => setSearch({ is: value === 'open' ? null : value, status: null })}
        >
          {label}
        </button>
      )
    })}
  </div>
)

export function Filters() {
  const inboxes = useLoad('inboxes', () => get<Page<Inbox>>('/inboxes'))
  const at = (name: string): string => search.value.get(name) ?? ''
  const choose = (name: string) => (value: string) => setSearch({ [name]: value })
  const people = agents.value.map((agent) => ({ value: String(agent.id), label: nameOf(agent) }))
  const named = (inboxes.data.value?.data ?? []).map(({ name }) => plain(name))
  return (
    <div class="border-base-300 grid grid-cols-2 gap-3 border-b px-4 py-3 sm:grid-cols-3 xl:grid-cols-6">
      <Select
        label="Status"
        value={at('status')}
        choices={[ANY, ...statuses.value.map(({ name, label }) => ({ value: name, label }))]}
        onChoose={choose('status')}
      />
      <Select
        label="Assignee"
        value={at('assignee')}
        choices={[ANY, { value: 'me', label: 'Me' }, { value: 'none', label: 'Nobody' }, ...people]}
        onChoose={choose('assignee')}
      />
      <Select
        label="Priority"
        value={at('priority')}
        choices={[ANY, ...PRIORITIES.map((name) => ({ value: name, label: capital(name) }))]}
        onChoose={choose('priority')}
      />
      <Select
        label="Category"
        value={at('category')}
        choices={[ANY, ...categories.value.map(plain)]}
        onChoose={choose('category')}
      />
      <Select
        label="Inbox"
        value={at('inbox')}
        choices={[ANY, ...named]}
        onChoose={choose('inbox')}
      />
      <Select
        label="Order"
        value={at('sort')}
        choices={[
          { value: '', label: 'Newest first' },
          { value: 'waiting_since', label: 'Longest waiting' },
          { value: '-updated_at', label: 'Last changed' },
          { value: '-priority', label: 'Most urgent' },
          { value: 'id', label: 'Oldest first' },
        ]}
        onChoose={choose('sort')}
      />
    </div>
  )
}

function chipText(name: string, value: string): string {
  if (name === 'q') return `“${value}”`
  if (name === 'status') return labelOf(value)
  if (name !== 'assignee') return `${capital(name)}: ${value}`
  if (value === 'me') return 'Mine'
  if (value === 'none') return 'Unassigned'
  return nameOf(agents.value.find(({ id }) => String(id) === value) ?? null)
}

/** What is being filtered by, each with a way to take it away, and a name for all of it. */
export function Chips() {
  const chips = CHIPS.filter((name) => search.value.has(name))
  if (chips.length === 0) return null
  const query = `?${search.value.toString()}`
  const isSaved = savedViews.value.some((view) => view.query === query)
  const save = async (): Promise<void> => {
    const texts = chips.map((one) => chipText(one, search.value.get(one) ?? ''))
    const name = await askedFor({
      title: 'Save as a view',
      label: 'Name of this view',
      confirm: 'Save it',
      proposal: texts.join(', '),
    })
    if (name !== null) saveView({ name, query })
  }
  return (
    <div class="flex flex-wrap items-center gap-2 px-4 py-3">
      {chips.map((name) => {
        const text = chipText(name, search.value.get(name) ?? '')
        return (
          <button
            key={name}
            type="button"
            class="pill tone-primary max-w-full"
            aria-label={`Remove the filter ${text}`}
            onClick={() => setSearch({ [name]: null })}
          >
            <bdi class="truncate">{text}</bdi> <Icon name="cross" class="size-3" />
          </button>
        )
      })}
      <button
        type="button"
        class="link text-sm"
        onClick={() => (isSaved ? dropView(query) : void save())}
      >
        {isSaved ? 'Forget this view' : 'Save as a view'}
      </button>
    </div>
  )
}
