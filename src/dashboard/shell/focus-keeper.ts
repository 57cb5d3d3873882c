/**
 * Whoever works with the keyboard alone never falls off the page: when what had the focus goes away
 * (the row that was dealt with, the button that cannot be pressed any more, the page one left), the
 * focus goes to what stands in its place.
 */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { focusable, partOf, type Trail, trailTo, whatTakesTheFocus } from './focus-trail.ts'

/** Where the focus was in each part of the page, the latest first; a click beside everything ends it. */
let trails: readonly Trail[] = []
/** One dialog, its opener, and what was before are enough. */
const REMEMBERED = 6

/** Puts the focus on the page itself, or where somebody is going to type there. */
export function focusPage(): void {
  const main = document.querySelector<HTMLElement>('main')
  const target = main?.querySelector<HTMLElement>('[autofocus]') ?? main
  target?.focus({ preventScroll: true })
}

/**
 * Another page begins where it begins, as if the browser had loaded it. At once: otherwise something on
 * it would already stand in for what is gone.
 */
export function useFocusOnNewPage(path: string): void {
  const before = useRef(path)
  useLayoutEffect(() => {
    if (before.current === path) return
    before.current = path
    const main = document.querySelector('main')
    if (!main?.contains(document.activeElement) || document.activeElement === main) focusPage()
  }, [path])
}

/** Begins; there is no end to it. */
export function startFocusKeeper(): void {
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof HTMLElement && target.tagName !== 'MAIN') {
      const latest = trailTo(target)
      const elsewhere = trails.filter((one) => partOf(one) !== partOf(latest))
      trails = [latest, ...elsewhere].slice(0, REMEMBERED)
    }
  })
  document.addEventListener('focusout', ({ target, relatedTarget }) => {
    if (relatedTarget !== null || !(target instanceof HTMLElement)) return
    // What is being taken off the page is still on it at this moment.
    queueMicrotask(() => {
      if (focusable(target) && document.hasFocus()) trails = []
    })
  })
  new MutationObserver(() => requestAnimationFrame(look)).observe(document.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['disabled', 'open'],
  })
}

function look(): void {
  const { activeElement } = document
  const isLost = activeElement === null || activeElement === document.body
  const [latest] = trails
  if (!isLost || latest === undefined || focusable(latest.element)) return
  const dialog = document.querySelector<HTMLElement>('dialog[open]')
  const next = whatTakesTheFocus(trails, dialog ?? document.body)
  if (next === null && dialog === null) focusPage()
  else (next ?? dialog)?.focus({ preventScroll: true })
}
