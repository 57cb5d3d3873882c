/** The title of the tab: where one is, and how much is new while one looks elsewhere. */
import { effect, signal } from '@preact/signals'

const place = signal('Postroom')
/** What came while the tab was hidden. */
export const unseen = signal(0)

export function setTitle(text: string): void {
  place.value = text
}

effect(() => {
  const count = unseen.value > 0 ? `(${unseen.value}) ` : ''
  document.title = `${count}${place.value} · Postroom`
})
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) unseen.value = 0
})
