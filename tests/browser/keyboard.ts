/**
 * Somebody who has a keyboard and nothing else: goes through a page with Tab, and complains of every
 * stop where one cannot see where one is, and of every step after which one is nowhere.
 */
import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** More would be no use to anybody. */
const TABS_MAX = 120

/**
 * What is wrong with where the focus is; null: nothing. An outline of two pixels, of its own or of
 * the frame around it (WCAG 2.4.7), in the window and not behind a bar (2.4.11).
 */
const WRONG_WITH_THE_STOP = `(() => {
  const at = document.activeElement
  if (at === null || at === document.body || at.tagName === 'IFRAME') return null
  const name = (at.getAttribute('aria-label') ?? at.textContent ?? '').trim().slice(0, 40)
  const what = at.tagName.toLowerCase() + ' "' + name + '"'
  const frames = [at, at.parentElement, at.parentElement?.parentElement].filter(Boolean)
  const isSeen = frames.some((one) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one)
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2
  })
  if (!isSeen) return 'no focus to be seen on ' + what
  const box = at.getClientRects()[0]
  if (box === undefined) return 'nothing to be seen of ' + what
  const x = box.left + box.width / 2
  const y = Math.min(box.top + box.height / 2, box.top + 20)
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return 'out of the window: ' + what
  const top = document.elementFromPoint(x, y)
  const isTop = at.contains(top) || top?.contains(at) || top?.closest('label')?.contains(at)
  return isTop ? null : what + ' is behind ' + (top?.outerHTML ?? 'nothing').slice(0, 120)
})()`

/** What has the focus, for a complaint. */
const WHERE = 'document.activeElement?.outerHTML.slice(0, 200) ?? "nowhere"'

/** As much of a <select> as is looked at. */
interface Selecting {
  readonly selectedIndex: number
}

export class Keys {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  /** Tab by Tab to there, or back with `back`; fails when none leads there. */
  async to(target: Locator, { back = false }: { back?: boolean } = {}): Promise<void> {
    await target.waitFor()
    for (let tabs = 0; tabs <= TABS_MAX; tabs += 1) {
      if (await this.#isAt(target)) return
      await this.#page.keyboard.press(back ? 'Shift+Tab' : 'Tab')
      // A dialog may still be fading in.
      await expect.poll(() => this.#page.evaluate(WRONG_WITH_THE_STOP)).toBeNull()
    }
    throw new Error(`no Tab leads to ${String(target)}`)
  }

  async press(target: Locator, key = 'Enter'): Promise<void> {
    await this.to(target)
    await this.#page.keyboard.press(key)
  }

  /** What stands there is written over. */
  async write(target: Locator, text: string): Promise<void> {
    await this.to(target)
    await this.#page.keyboard.press('Control+a')
    await this.#page.keyboard.type(text)
  }

  /** Opens the choices, goes to the one with the arrows, and takes it. */
  async choose(target: Locator, label: string): Promise<void> {
    await this.to(target)
    const labels = (await target.locator('option').allTextContents()).map((one) => one.trim())
    const from = await target.evaluate((one) => (one as unknown as Selecting).selectedIndex)
    const steps = labels.indexOf(label) - from
    expect(labels).toContain(label)
    await this.#page.keyboard.press('ArrowDown')
    await expect.poll(() => target.evaluate((one) => one.matches(':open'))).toBe(true)
    for (let left = Math.abs(steps); left > 0; left -= 1) {
      await this.#page.keyboard.press(steps > 0 ? 'ArrowDown' : 'ArrowUp')
    }
    await this.#page.keyboard.press('Enter')
  }

  /** Answers the question that is open. */
  async confirm(name: string): Promise<void> {
    const dialog = this.#page.getByRole('dialog')
    await this.press(dialog.getByRole('button', { name, exact: true }))
    await dialog.waitFor({ state: 'detached' })
  }

  /** Single keys and pairs, one after the other. */
  async type(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key)
  }

  /** After something was done: the focus is somewhere, and not on the page as a whole. */
  async isSomewhere(): Promise<void> {
    await expect
      .poll(() => this.#page.evaluate('document.activeElement?.tagName ?? "nowhere"'))
      .not.toMatch(/BODY|HTML|nowhere/)
  }

  async isOn(target: Locator): Promise<void> {
    const elsewhere = async (): Promise<string | null> =>
      (await this.#isAt(target)) ? null : this.#page.evaluate(WHERE)
    await expect.poll(elsewhere).toBeNull()
  }

  #isAt(target: Locator): Promise<boolean> {
    return target.evaluateAll((all) => all.some((one) => one.matches(':focus')))
  }
}
