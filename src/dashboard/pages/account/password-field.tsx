/** A password: can be pasted, filled in by a password manager, and looked at. */
import { type Signal, useSignal } from '@preact/signals'
import { Field } from '../../parts/field.tsx'

export function PasswordField(props: {
  value: Signal<string>
  label?: string
  error?: string | null | undefined
  isNew?: boolean
  autofocus?: boolean
}) {
  const shown = useSignal(false)
  const { value, label = 'Password', error, isNew = false, autofocus = false } = props
  return (
    <div class="relative">
      <Field
        label={label}
        value={value}
        type={shown.value ? 'text' : 'password'}
        autocomplete={isNew ? 'new-password' : 'current-password'}
        error={error}
        hint={
          isNew ? 'At least 12 characters. A few words are better than a few symbols.' : undefined
        }
        required
        autofocus={autofocus}
      />
      <button
        type="button"
        class="link muted absolute end-0 top-0 text-sm"
        aria-pressed={shown.value}
        aria-label={shown.value ? 'Hide the password' : 'Show the password'}
        onClick={() => {
          shown.value = !shown.value
        }}
      >
        {shown.value ? 'Hide' : 'Show'}
      </button>
    </div>
  )
}
