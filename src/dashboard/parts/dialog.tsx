/** Modal windows: the browser's own <dialog>, which keeps the focus inside and gives it back. */
import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'

export function Dialog(props: {
  title: string
  onClose: () => void
  children: ComponentChildren
  wide?: boolean
}) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  const isGone = useRef(false)
  // Before it is painted: who sees a window may press Escape at once.
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    // Where somebody is going to type; else where the browser puts it.
    dialog?.querySelector<HTMLElement>('input, textarea, select')?.focus()
    return () => {
      isGone.current = true
      dialog?.close()
    }
  }, [])
  // The browser tells of the end a moment later, when the same window may be open once more.
  const close = (): void => {
    if (!isGone.current) props.onClose()
  }
  return (
    <dialog
      ref={ref}
      class="modal modal-top sm:modal-middle"
      aria-labelledby={id}
      onClose={close}
      onClick={(event) => {
        if (event.target === ref.current) close()
      }}
    >
      <div class={`modal-box ${props.wide ? 'sm:max-w-3xl' : ''}`}>
        <h2 id={id} class="mb-4 pe-8">
          {props.title}
        </h2>
        <button
          type="button"
          class="btn btn-sm btn-ghost btn-circle absolute end-3 top-3"
          aria-label="Close"
          onClick={props.onClose}
        >
          ✕
        </button>
        {props.children}
      </div>
    </dialog>
  )
}

export interface Question {
  readonly title: string
  readonly text: string
  readonly confirm: string
  readonly dangerous?: boolean
  /** What has to be typed first. */
  readonly typed?: string
}

const asked = signal<(Question & { answer: (yes: boolean) => void }) | null>(null)

/** Resolves with what the person at the screen decided. */
export function confirmed(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (yes) => {
        asked.value = null
        resolve(yes)
      },
    }
  })
}

const typed = signal('')

/** Stands once on the page. */
export function ConfirmDialog() {
  const question = asked.value
  if (question === null) return null
  const { title, text, confirm, dangerous = false, typed: wanted } = question
  const answer = (yes: boolean): void => {
    typed.value = ''
    question.answer(yes)
  }
  return (
    <Dialog title={title} onClose={() => answer(false)}>
      <p class="written">{text}</p>
      {wanted !== undefined && (
        <label class="mt-4 flex flex-col gap-1 text-sm">
          <span>
            Type <b>{wanted}</b> to go on
          </span>
          <input
            class="input w-full"
            value={typed.value}
            onInput={(event) => {
              typed.value = event.currentTarget.value
            }}
          />
        </label>
      )}
      <div class="mt-6 flex flex-wrap justify-end gap-2">
        <button type="button" class="btn" onClick={() => answer(false)}>
          Cancel
        </button>
        <button
          type="button"
          class={`btn ${dangerous ? 'btn-error' : 'btn-primary'}`}
          disabled={wanted !== undefined && typed.value.trim() !== wanted}
          onClick={() => answer(true)}
        >
          {confirm}
        </button>
      </div>
    </Dialog>
  )
}
