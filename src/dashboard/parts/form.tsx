/** A form that sends once at a time, and says what was wrong. */
import { type Signal, useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { asProblem, type Problem } from '../api/problem.ts'
import { FormProblem } from './feedback.tsx'

export interface FormState {
  readonly busy: Signal<boolean>
  readonly problem: Signal<Problem | null>
  readonly submit: (event: Event) => void
  readonly run: () => Promise<void>
}

export function useForm(send: () => Promise<unknown>): FormState {
  const busy = useSignal(false)
  const problem = useSignal<Problem | null>(null)
  const run = async (): Promise<void> => {
    if (busy.peek()) return
    busy.value = true
    problem.value = null
    try {
      await send()
    } catch (thrown) {
      problem.value = asProblem(thrown)
    } finally {
      busy.value = false
    }
  }
  const submit = (event: Event): void => {
    event.preventDefault()
    void run()
  }
  return { busy, problem, submit, run }
}

export const Form = (props: {
  form: FormState
  button: string
  children: ComponentChildren
  class?: string
}) => (
  <form class={`flex flex-col gap-4 ${props.class ?? ''}`} onSubmit={props.form.submit} noValidate>
    {props.children}
    <FormProblem problem={props.form.problem.value} />
    {/* Not disabled: a button that is loses the focus, and a second submit does nothing. */}
    <button type="submit" class="btn btn-primary" aria-disabled={props.form.busy.value}>
      {props.form.busy.value && <span class="loading loading-spinner loading-xs" />}
      {props.button}
    </button>
  </form>
)
