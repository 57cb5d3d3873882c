/** A labelled input whose mistake is said beside it. */
import type { Signal } from '@preact/signals'
import type { ComponentChildren, TargetedKeyboardEvent } from 'preact'
import { useId } from 'preact/hooks'

export interface FieldProps {
  readonly label: string
  readonly value: Signal<string>
  readonly type?: 'text' | 'email' | 'password' | 'search' | 'datetime-local'
  readonly hint?: ComponentChildren
  readonly error?: string | null | undefined
  readonly autocomplete?: string
  readonly inputMode?: 'numeric' | 'email' | 'text'
  readonly required?: boolean
  readonly autofocus?: boolean
  readonly placeholder?: string
  readonly maxLength?: number
  readonly onType?: (value: string) => void
}

export function Field(props: FieldProps) {
  const id = useId()
  const { label, value, hint, error, onType, type = 'text' } = props
  const described = [error ? `${id}-error` : null, hint ? `${id}-hint` : null].filter(Boolean)
  return (
    <div class="flex flex-col gap-1">
      <label for={id} class="text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        class={`input w-full ${error ? 'input-error' : ''}`}
        type={type as 'text'}
        value={value.value}
        dir={type === 'text' ? 'auto' : undefined}
        required={props.required}
        autoFocus={props.autofocus}
        autocomplete={props.autocomplete ?? 'off'}
        inputMode={props.inputMode}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={described.length === 0 ? undefined : described.join(' ')}
        onInput={(event) => {
          value.value = event.currentTarget.value
          onType?.(event.currentTarget.value)
        }}
      />
      {hint && (
        <p id={`${id}-hint`} class="muted text-sm">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} class="text-error text-sm">
          {error}
        </p>
      )}
    </div>
  )
}

export interface Choice {
  readonly value: string
  readonly label: string
}

/**
 * A key that would choose opens the choices instead: what is chosen here is done at once, and who
 * goes through a list with the arrows does not mean everything on the way.
 */
function openFirst(event: TargetedKeyboardEvent<HTMLSelectElement>): void {
  if (event.ctrlKey || event.metaKey || event.altKey || !tellsIfOpen) return
  const chooses = event.key.length === 1 || /^(?:Arrow|Page|Home|End)/.test(event.key)
  if (!chooses || event.currentTarget.matches(':open')) return
  event.preventDefault()
  event.currentTarget.showPicker()
}

/** Where it does not, the browser's own way of choosing stays. */
const tellsIfOpen = CSS.supports('selector(:open)') && 'showPicker' in HTMLSelectElement.prototype

/** A choice of a few. `onChoose` is called with its value. */
export function Select(props: {
  readonly label: string
  readonly value: string
  readonly choices: readonly Choice[]
  readonly onChoose: (value: string) => void
  readonly hideLabel?: boolean
  readonly class?: string
}) {
  const id = useId()
  const { label, value, choices, onChoose, hideLabel = false } = props
  return (
    <div class="flex min-w-0 flex-col gap-1">
      <label for={id} class={hideLabel ? 'sr-only' : 'muted text-sm'}>
        {label}
      </label>
      <select
        id={id}
        class={`select select-sm ${props.class ?? 'w-full'}`}
        value={value}
        onKeyDown={openFirst}
        onChange={(event) => {
          const chosen = event.currentTarget.value
          // What is shown is what is true: it changes when the desk has agreed.
          event.currentTarget.value = value
          onChoose(chosen)
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  )
}
