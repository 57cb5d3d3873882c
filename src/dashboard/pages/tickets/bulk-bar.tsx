/** What can be done with the selected tickets; at the bottom, where thumbs are. */
import { type Signal, useSignal } from '@preact/signals'
import { confirmed } from '../../parts/dialog.tsx'
import { Select } from '../../parts/field.tsx'
import { nameOf } from '../../parts/person.tsx'
import { agents, PRIORITIES, statuses } from '../../state/desk.ts'
import { showProblem, showToast } from '../../state/toasts.ts'
import { changeAll } from './bulk.ts'

export function BulkBar({ selected }: { selected: Signal<ReadonlySet<number>> }) {
  const busy = useSignal(false)
  const ids = [...selected.value]
  if (ids.length === 0) return null
  const change = async (what: object): Promise<void> => {
    if (busy.peek()) return
    busy.value = true
    try {
      const { done, refused } = await changeAll(ids, what)
      const why = refused.map((one) => `#${one.id}: ${one.why}`).join('\n')
      if (refused.length === 0) showToast({ tone: 'success', text: `${done} changed.` })
      else showToast({ tone: 'error', text: `${done} changed, ${refused.length} not.\n${why}` })
      selected.value = new Set(refused.map(({ id }) => id))
    } catch (thrown) {
      showProblem(thrown)
    } finally {
      busy.value = false
    }
  }
  const move = async (status: string): Promise<void> => {
    const rule = statuses.value.find(({ name }) => name === status)
    const final = rule?.final ?? false
    const text = `${rule?.label ?? status} is final: customers cannot answer there any more.`
    const question = { title: `Close ${ids.length} tickets?`, text, confirm: 'Close them' }
    if (!final || (await confirmed(question))) await change({ status })
  }
  const first = { value: '', label: 'Choose…' }
  return (
    <div
      class="bg-base-100 border-base-300 sticky bottom-0 z-10 flex flex-wrap items-end gap-3 border-t px-4 py-3 shadow-[0_-4px_16px_rgb(0_0_0/0.08)]"
      role="region"
      aria-label="Selected tickets"
    >
      <span class="me-2 pb-1 font-semibold">{ids.length} selected</span>
      <button
        type="button"
        class="btn btn-sm btn-primary"
        onClick={() => void change({ assignee: 'me' })}
      >
        Take
      </button>
      <Select
        label="Assign to"
        class="w-40"
        value=""
        choices={[
          first,
          { value: 'none', label: 'Nobody' },
          ...agents.value.map((agent) => ({ value: String(agent.id), label: nameOf(agent) })),
        ]}
        onChoose={(value) => void change({ assignee: value === 'none' ? null : Number(value) })}
      />
      <Select
        label="Status"
        class="w-36"
        value=""
        choices={[first, ...statuses.value.map(({ name, label }) => ({ value: name, label }))]}
        onChoose={(value) => void move(value)}
      />
      <Select
        label="Priority"
        class="w-32"
        value=""
        choices={[first, ...PRIORITIES.map((name) => ({ value: name, label: name }))]}
        onChoose={(value) => void change({ priority: value })}
      />
      <button
        type="button"
        class="btn btn-sm btn-ghost ms-auto"
        onClick={() => {
          selected.value = new Set()
        }}
      >
        Clear
      </button>
    </div>
  )
}
