/** A labelled text of several lines. */
import type { Signal } from '@preact/signals'
import { useId } from 'preact/hooks'

export function TextField(props: {
  label: string
  value: Signal<string>
  error?: string | null | undefined
  rows?: number
}) {
  const id = useId()
  const { label, value, error, rows = 8 } = props
  return (
    <div class="flex flex-col gap-1">
      <label for={id} class="text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        dir="auto"
        rows={rows}
        class={`textarea w-full ${error ? 'textarea-error' : ''}`}
        value={value.value}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        onInput={(event) => {
          value.value = event.currentTarget.value
        }}
      />
      {error && (
        <p id={`${id}-error`} class="text-error text-sm">
          {error}
        </p>
      )}
    </div>
  )
}
