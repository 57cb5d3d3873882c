/** Where we are: the address of the page as signals. Links are ordinary links. */
import { computed, signal } from '@preact/signals'
import { forgetAskedEarly } from './api/asked-early.ts'

const here = signal(new URL(window.location.href))

export const path = computed(() => here.value.pathname)
export const search = computed(() => here.value.searchParams)
/** The token of a link in a mail, while one is there; it stands for signing in. */
export const linkToken = computed(() => /^\/t\/([\w.~-]+)$/.exec(path.value)?.[1] ?? null)
/** Path with query, as it stands in the address bar. */
export const address = computed(() => `${here.value.pathname}${here.value.search}`)

export function navigate(to: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) window.history.replaceState(null, '', to)
  else window.history.pushState(null, '', to)
  const before = here.value.pathname
  forgetAskedEarly()
  here.value = new URL(window.location.href)
  if (here.value.pathname !== before) window.scrollTo(0, 0)
}

/** Changes some parameters of the query, and leaves the others. Null takes one away. */
export function setSearch(changes: Readonly<Record<string, string | null>>): void {
  const next = new URLSearchParams(search.value)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(name)
    else next.set(name, value)
  }
  const text = next.toString()
  navigate(`${path.value}${text === '' ? '' : `?${text}`}`, { replace: true })
}

export function startRouter(): void {
  window.addEventListener('popstate', () => {
    forgetAskedEarly()
    here.value = new URL(window.location.href)
  })
  document.addEventListener('click', (event) => {
    const to = ownLink(event)
    if (to === null) return
    event.preventDefault()
    navigate(to)
  })
}

/** Where a plain click on a link of ours leads; null: it is the browser's business. */
function ownLink(event: MouseEvent): string | null {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey
  if (!plain || event.altKey || event.defaultPrevented) return null
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (link === null || link.target !== '' || link.hasAttribute('download')) return null
  const to = new URL(link.href, window.location.href)
  if (to.origin !== window.location.origin || to.pathname.startsWith('/api/')) return null
  // A jump within the page.
  if (to.hash !== '' && to.pathname === here.value.pathname) return null
  return `${to.pathname}${to.search}${to.hash}`
}
