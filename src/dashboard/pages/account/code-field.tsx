/** The code of six digits that came by mail: one field, so that it can be pasted. */
import type { Signal } from '@preact/signals'
import { Field } from '../../parts/field.tsx'

export const CodeField = ({ value }: { value: Signal<string> }) => (
  <Field
    label="Code"
    value={value}
    autocomplete="one-time-code"
    inputMode="numeric"
    placeholder="123456"
    maxLength={12}
    hint="Six digits, in the mail we have just sent."
    required
  />
)

export const digitsOf = (typed: string): string => typed.replace(/\D/g, '')
