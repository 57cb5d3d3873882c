/** What one likes: of this browser, not of the account. */
import { effect } from '@preact/signals'
import { storedSignal } from './stored.ts'

export type Theme = 'system' | 'light' | 'dark'

export const theme = storedSignal<Theme>('theme', 'system')
/** Single keys as shortcuts can be turned off (WCAG 2.1.4). */
export const shortcutsOn = storedSignal('shortcuts', true)
export const notificationsOn = storedSignal('notifications', false)
export const isDense = storedSignal('dense', false)

effect(() => {
  if (theme.value === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme.value
})
