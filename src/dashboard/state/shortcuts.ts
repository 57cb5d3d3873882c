/** Single keys that do something, as the page that is open wants them. Listed under `?`. */
import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { shortcutsOn } from './preferences.ts'

export interface Shortcut {
  readonly does: string
  readonly run: () => void
}
/** By key: `j`, `?`, `Enter`, or two one after the other: `g i`. */
export type Shortcuts = Readonly<Record<string, Shortcut>>

interface Registered {
  readonly title: string
  readonly current: () => Shortcuts
}

const registered = signal<readonly Registered[]>([])
/** How long the second key of a pair may take. */
const PAIR_MS = 1_200
let first: { key: string; at: number } | null = null

/** These keys work as long as the component stands. */
export function useShortcuts(title: string, shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  useEffect(() => {
    const mine: Registered = { title, current: () => latest.current }
    registered.value = [mine, ...registered.peek()]
    return () => {
      registered.value = registered.peek().filter((one) => one !== mine)
    }
  }, [])
}

/** What works now, by title. */
export const shortcutsNow = (): readonly { title: string; shortcuts: Shortcuts }[] =>
  registered.value.map(({ title, current }) => ({ title, shortcuts: current() }))

export function startShortcuts(): void {
  document.addEventListener('keydown', (event) => {
    if (!shortcutsOn.peek() || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.defaultPrevented || isTyping(event.target) || isModal()) return
    const pair =
      first !== null && event.timeStamp - first.at < PAIR_MS ? `${first.key} ${event.key}` : null
    const found = (pair === null ? undefined : find(pair)) ?? find(event.key)
    first = { key: event.key, at: event.timeStamp }
    if (found === undefined) return
    event.preventDefault()
    found.run()
  })
}

const find = (key: string): Shortcut | undefined =>
  registered
    .peek()
    .map(({ current }) => current()[key])
    .find((shortcut) => shortcut !== undefined)

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]') !== null

const isModal = (): boolean => document.querySelector('dialog[open]') !== null
