/** The way to an element that has the focus, and what is there when the element is not any more. */

interface Step {
  readonly ancestor: Element
  /** Which child of the ancestor led there. */
  readonly index: number
}

export interface Trail {
  readonly element: HTMLElement
  readonly name: string
  /** From its parent outwards, as far as its own part of the page goes. */
  readonly steps: readonly Step[]
}

/** Beyond these something else begins, which does not stand in for what is gone. */
const BORDERS = 'main, section, aside, header, nav, dialog, [role=region], [role=status], body'
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex="0"]'

export const focusable = (element: HTMLElement): boolean =>
  element.isConnected &&
  !element.matches(':disabled, [tabindex="-1"]') &&
  element.checkVisibility({ visibilityProperty: true })

const nameOf = (element: Element): string =>
  element.getAttribute('aria-label') ?? element.textContent?.trim() ?? ''

/** The part of the page it is in. */
export const partOf = ({ steps }: Trail): Element | undefined => steps.at(-1)?.ancestor

export function trailTo(element: HTMLElement): Trail {
  const steps: Step[] = []
  let child: Element = element
  for (let up = element.parentElement; up !== null; up = up.parentElement) {
    steps.push({ ancestor: up, index: [...up.children].indexOf(child) })
    if (up.matches(BORDERS)) break
    child = up
  }
  return { element, name: nameOf(element), steps }
}

/** Null: nothing near any of these places is left. */
export function whatTakesTheFocus(trails: readonly Trail[], within: Element): HTMLElement | null {
  for (const trail of trails) {
    const found = focusable(trail.element) ? trail.element : inItsPlace(trail)
    if (found !== null && within.contains(found)) return found
  }
  return null
}

/** What moved up to where it was, if possible the same thing to do; else what is beside that. */
function inItsPlace({ name, steps }: Trail): HTMLElement | null {
  for (const { ancestor, index } of steps) {
    if (!ancestor.isConnected) continue
    if (ancestor.matches(BORDERS)) return null
    const children = [...ancestor.children]
    const nearest = children.toSorted(
      (a, b) => distance(children.indexOf(a), index) - distance(children.indexOf(b), index),
    )
    for (const child of nearest) {
      const inside = focusablesIn(child)
      const found = inside.find((one) => nameOf(one) === name) ?? inside[0]
      if (found !== undefined) return found
    }
  }
  return null
}

const distance = (at: number, wanted: number): number => Math.abs(at - wanted)

const focusablesIn = (element: Element): HTMLElement[] =>
  [element, ...element.querySelectorAll(FOCUSABLE)].filter(
    (one): one is HTMLElement =>
      one instanceof HTMLElement && one.matches(FOCUSABLE) && focusable(one),
  )
