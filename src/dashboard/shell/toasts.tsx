/** The corner with short messages; read aloud politely. */
import { useEffect, useRef } from 'preact/hooks'
import { dropToast, toasts } from '../state/toasts.ts'

const TONES = { info: 'alert-info', success: 'alert-success', error: 'alert-error' } as const

export function Toasts() {
  const corner = useRef<HTMLDivElement>(null)
  const { length } = toasts.value
  useEffect(() => {
    const height = corner.current?.offsetHeight ?? 0
    document.documentElement.style.setProperty('--toasts', `${height}px`)
    const { activeElement } = document
    if (activeElement?.closest('main') && activeElement.tagName !== 'MAIN') {
      activeElement.scrollIntoView({ block: 'nearest' })
    }
  }, [length])
  return (
    <div
      ref={corner}
      class="fixed end-4 bottom-4 z-50 flex max-w-[calc(100vw-2rem)] flex-col items-end gap-2 max-sm:bottom-18"
      role="status"
      aria-live="polite"
    >
      {toasts.value.map(({ id, tone, text, actions }) => (
        <div
          key={id}
          data-toast={id}
          class={`alert ${TONES[tone]} w-auto max-w-md py-2.5 ps-4 pe-2 shadow-lg`}
        >
          <span class="written text-sm">{text}</span>
          <div class="flex gap-1">
            {actions.map((action) => (
              <button
                key={action.label}
                type="button"
                class="btn btn-sm btn-ghost"
                onClick={() => {
                  action.run()
                  dropToast(id)
                }}
              >
                {action.label}
              </button>
            ))}
            <button
              type="button"
              class="btn btn-sm btn-ghost btn-square"
              aria-label="Dismiss"
              onClick={() => dropToast(id)}
            >
              ✕
            </button>
          </div>
        </div>
      ))}
    </div>
  )
}
