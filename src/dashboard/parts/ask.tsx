/** Asks for a few words. */
import { signal, useSignal } from '@preact/signals'
import { Field } from './field.tsx'
import { useForm } from './form.tsx'
import { FormDialog } from './form-dialog.tsx'

export interface Wanted {
  readonly title: string
  readonly label: string
  readonly confirm: string
  /** What stands there at first. */
  readonly proposal?: string
}

const wanted = signal<(Wanted & { answer: (text: string | null) => void }) | null>(null)

/** Resolves with what was typed, without spaces around it; null: nothing, or it was called off. */
export function askedFor(question: Wanted): Promise<string | null> {
  return new Promise((resolve) => {
    wanted.value = {
      ...question,
      answer: (text) => {
        wanted.value = null
        resolve(text)
      },
    }
  })
}

/** Stands once on the page. */
export const AskDialog = () => (wanted.value === null ? null : <Ask key={wanted.value.title} />)

function Ask() {
  const question = wanted.peek()
  const text = useSignal(question?.proposal ?? '')
  const form = useForm(async () => question?.answer(text.value.trim() || null))
  if (question === null) return null
  return (
    <FormDialog
      title={question.title}
      button={question.confirm}
      form={form}
      onClose={() => question.answer(null)}
    >
      <Field label={question.label} value={text} />
    </FormDialog>
  )
}
