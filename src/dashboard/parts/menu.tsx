/** A button that opens a short list of things to do. Escape, and a click elsewhere, close it. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

export interface MenuEntry {
  readonly label: string
  readonly run: () => void
}

export function Menu(props: {
  label: string
  icon: ComponentChildren
  entries: readonly MenuEntry[]
}) {
  const menu = useRef<HTMLDetailsElement>(null)
  useClosing(menu)
  return (
    <details ref={menu} class="relative">
      <summary
        class="btn btn-ghost btn-sm btn-square -my-1 max-sm:btn-md"
        aria-label={props.label}
        title={props.label}
      >
        {props.icon}
      </summary>
      <ul class="menu panel absolute end-0 z-10 mt-1 w-56 p-1.5 shadow-xl">
        {props.entries.map(({ label, run }) => (
          <li key={label}>
            <button
              type="button"
              onClick={() => {
                // What opens now gives the focus back to the button of the menu.
                menu.current?.querySelector('summary')?.focus()
                if (menu.current !== null) menu.current.open = false
                run()
              }}
            >
              {label}
            </button>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** The focus goes back to the button when a key closed it. */
export function useClosing(menu: { readonly current: HTMLDetailsElement | null }): void {
  useEffect(() => {
    const look = (event: Event): void => {
      const open = menu.current
      if (open === null || !open.open) return
      const isEscape = event instanceof KeyboardEvent && event.key === 'Escape'
      if (isEscape) open.querySelector('summary')?.focus()
      if (isEscape || (event.type === 'click' && !open.contains(event.target as Node))) {
        open.open = false
      }
    }
    document.addEventListener('click', look)
    document.addEventListener('keydown', look)
    return () => {
      document.removeEventListener('click', look)
      document.removeEventListener('keydown', look)
    }
  }, [])
}
