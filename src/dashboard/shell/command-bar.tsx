/** Ctrl-K: everything one can do here, found by typing a few letters of it. */
import { signal, useSignal } from '@preact/signals'
import { Dialog } from '../parts/dialog.tsx'
import { navigate } from '../router.ts'
import { shortcutsNow } from '../state/shortcuts.ts'
import { savedViews } from '../state/views.ts'

export const commandsShown = signal(false)

interface Command {
  readonly name: string
  readonly run: () => void
}

const SHOWN_MAX = 9

/** All letters of what was typed, in their order. */
function matches(name: string, typed: string): boolean {
  const rest = name.toLowerCase()[Symbol.iterator]()
  return Array.from(typed.toLowerCase()).every((letter) => {
    for (let next = rest.next(); next.done !== true; next = rest.next()) {
      if (next.value === letter) return true
    }
    return false
  })
}

function commandsFor(typed: string): Command[] {
  const number = /^#?(\d+)$/.exec(typed.trim())?.[1]
  const jump =
    number === undefined
      ? []
      : [{ name: `Ticket #${number}`, run: () => navigate(`/tickets/${number}`) }]
  const keyed = shortcutsNow().flatMap(({ shortcuts }) =>
    Object.values(shortcuts).map(({ does, run }) => ({ name: does, run })),
  )
  const views = savedViews.value.map(({ name, query }) => ({
    name: `View: ${name}`,
    run: () => navigate(`/tickets${query}`),
  }))
  const search = {
    name: `Search for “${typed}”`,
    run: () => navigate(`/tickets?${new URLSearchParams({ is: 'all', q: typed })}`),
  }
  const found = [...views, ...keyed].filter(({ name }) => matches(name, typed)).slice(0, SHOWN_MAX)
  return [...jump, ...found, ...(typed.trim() === '' ? [] : [search])]
}

export function CommandBar() {
  if (!commandsShown.value) return null
  return <Commands />
}

function Commands() {
  const typed = useSignal('')
  const at = useSignal(0)
  const commands = commandsFor(typed.value)
  const run = (command: Command | undefined): void => {
    commandsShown.value = false
    command?.run()
  }
  const move = (by: number): void => {
    at.value = (at.value + by + commands.length) % Math.max(1, commands.length)
  }
  return (
    <Dialog title="What would you like to do?" onClose={() => (commandsShown.value = false)}>
      <input
        class="input w-full"
        role="combobox"
        aria-expanded="true"
        aria-controls="commands"
        aria-activedescendant={commands.length === 0 ? undefined : `command-${at.value}`}
        aria-label="Command"
        placeholder="A command, a #number, or words to search for"
        autoFocus
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value
          at.value = 0
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') move(1)
          else if (event.key === 'ArrowUp') move(-1)
          else if (event.key === 'Enter') run(commands[at.value])
          else return
          event.preventDefault()
        }}
      />
      <ul id="commands" role="listbox" aria-label="Commands" class="mt-3 flex flex-col gap-0.5">
        {commands.map((command, index) => (
          <li
            key={command.name}
            id={`command-${index}`}
            role="option"
            aria-selected={index === at.value}
            class={`cursor-pointer rounded-lg px-3 py-2 ${index === at.value ? 'bg-primary text-primary-content' : 'hover:bg-base-200'}`}
            onClick={() => run(command)}
          >
            <bdi>{command.name}</bdi>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
