/** The buttons at the head of a panel of figures. */
import type { Signal } from '@preact/signals'

/** What every panel of figures offers: its numbers as a table, and as a file. */
export function PanelTools(props: { asTable: Signal<boolean>; drawn: string; csv: string }) {
  const { asTable, drawn, csv } = props
  return (
    <span class="flex shrink-0 gap-2">
      <button
        type="button"
        class="btn btn-xs"
        aria-pressed={asTable.value}
        onClick={() => {
          asTable.value = !asTable.value
        }}
      >
        {asTable.value ? `As a ${drawn}` : 'As a table'}
      </button>
      <a class="btn btn-xs" href={csv} download>
        CSV
      </a>
    </span>
  )
}
