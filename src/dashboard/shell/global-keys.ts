/** Keys that work everywhere at the desk. */
import { useEffect } from 'preact/hooks'
import { navigate } from '../router.ts'
import { isAdmin } from '../state/session.ts'
import { type Shortcuts, startShortcuts, useShortcuts } from '../state/shortcuts.ts'
import { takeBackLatest } from '../state/toasts.ts'
import { commandsShown } from './command-bar.tsx'
import { helpShown } from './shortcut-help.tsx'

const go = (does: string, to: string) => ({ does, run: () => navigate(to) })

const EVERYWHERE: Shortcuts = {
  '/': { does: 'Search', run: () => document.getElementById('search')?.focus() },
  '?': { does: 'Show the keys', run: () => (helpShown.value = true) },
  z: { does: 'Undo, while that is offered', run: () => void takeBackLatest() },
  c: go('New ticket', '/new'),
  'g i': go('Go to the open tickets', '/tickets'),
  'g m': go('Go to my tickets', '/tickets?assignee=me'),
  'g u': go('Go to the unassigned tickets', '/tickets?assignee=none'),
  'g a': go('Go to all tickets', '/tickets?is=all'),
  'g s': go('Go to the statistics', '/stats'),
  'g p': go('Go to the people', '/admin/users'),
  'g q': go('Go to the quarantine', '/admin/quarantine'),
  'g o': go('Go to the outbox', '/admin/outbox'),
}

let listening = false

export function useGlobalKeys(): void {
  const admin = isAdmin.value ? { 'g d': go('Go to the system', '/admin/system') } : {}
  useShortcuts('Everywhere', { ...EVERYWHERE, ...admin })
  useEffect(() => {
    if (!listening) startShortcuts()
    listening = true
    const look = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      commandsShown.value = !commandsShown.value
    }
    document.addEventListener('keydown', look)
    return () => document.removeEventListener('keydown', look)
  }, [])
}
