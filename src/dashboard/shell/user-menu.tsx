/** The menu of the one who is logged in: preferences, light and dark, leaving. */
import { useEffect, useRef } from 'preact/hooks'
import { Icon, type IconName } from '../parts/icon.tsx'
import { useClosing } from '../parts/menu.tsx'
import { Avatar, nameOf } from '../parts/person.tsx'
import { path } from '../router.ts'
import { type Theme, theme } from '../state/preferences.ts'
import { signOut, user } from '../state/session.ts'
import { attempt } from '../state/toasts.ts'

const THEMES: readonly [Theme, IconName, string][] = [
  ['system', 'screen', 'As the system'],
  ['light', 'sun', 'Light'],
  ['dark', 'moon', 'Dark'],
]

export function UserMenu() {
  const menu = useRef<HTMLDetailsElement>(null)
  const who = user.value
  const here = path.value
  useClosing(menu)
  useEffect(() => {
    if (menu.current !== null) menu.current.open = false
  }, [here])
  if (who === null || who === undefined) return null
  return (
    <details ref={menu} class="relative">
      <summary class="btn btn-ghost btn-sm gap-2 px-1.5 font-normal">
        <Avatar person={who} />
        <span class="sr-only">Account:</span>
        <span class="max-w-40 truncate max-md:sr-only" dir="auto">
          {nameOf(who)}
        </span>
        <Icon name="down" class="size-3.5" />
      </summary>
      <div class="panel absolute end-0 z-40 mt-2 w-64 p-2 shadow-xl">
        <div class="px-3 py-2">
          <p class="truncate font-semibold">{nameOf(who)}</p>
          <p class="muted truncate text-sm">
            {who.email} · {who.role}
          </p>
        </div>
        <ThemeChoice />
        <ul class="menu w-full p-0">
          <li>
            <a href="/me">
              <Icon name="gear" /> Preferences and security
            </a>
          </li>
          <li>
            <a href="/api/docs" target="_blank" rel="noreferrer">
              <Icon name="help" /> API documentation
            </a>
          </li>
          <li>
            <button type="button" onClick={() => void attempt(signOut)}>
              <Icon name="back" /> Sign out
            </button>
          </li>
        </ul>
      </div>
    </details>
  )
}

const ThemeChoice = () => (
  <fieldset class="mx-2 my-1 flex gap-1">
    <legend class="sr-only">Light or dark</legend>
    {THEMES.map(([value, icon, label]) => (
      <button
        key={value}
        type="button"
        class={`btn btn-sm flex-1 ${theme.value === value ? 'btn-neutral' : 'btn-ghost'}`}
        aria-pressed={theme.value === value}
        aria-label={label}
        title={label}
        onClick={() => {
          theme.value = value
        }}
      >
        <Icon name={icon} />
      </button>
    ))}
  </fieldset>
)
