/** The usual shape of a page of the desk: a title, what narrows it, a panel. */
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { search, setSearch } from '../router.ts'
import { setTitle } from '../state/title.ts'

export function DeskPage(props: {
  title: string
  hint?: ComponentChildren
  actions?: ComponentChildren
  children: ComponentChildren
}) {
  useEffect(() => setTitle(props.title), [props.title])
  return (
    <div class="mx-auto max-w-7xl p-4 sm:p-6">
      <div class="mb-4 flex flex-wrap items-center gap-3">
        <div class="me-auto">
          <h1>{props.title}</h1>
          {props.hint && <p class="muted mt-0.5 text-sm">{props.hint}</p>}
        </div>
        {props.actions}
      </div>
      {props.children}
    </div>
  )
}

export interface TabChoice {
  /** Null: everything. */
  readonly value: string | null
  readonly label: string
}

/** Tabs whose choice stands in the address. */
export const Tabs = (props: { name: string; label: string; tabs: readonly TabChoice[] }) => (
  <div
    class="border-base-300 flex flex-wrap gap-1 border-b px-3 pt-2"
    role="group"
    aria-label={props.label}
  >
    {props.tabs.map(({ value, label }) => {
      const isHere = search.value.get(props.name) === value
      return (
        <button
          key={label}
          type="button"
          aria-pressed={isHere}
          class={`-mb-px border-b-2 px-3 py-2 text-sm ${isHere ? 'border-primary text-primary font-semibold' : 'border-transparent'}`}
          onClick={() => setSearch({ [props.name]: value })}
        >
          {label}
        </button>
      )
    })}
  </div>
)
