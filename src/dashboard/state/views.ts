/** Filters somebody gave a name to. */
import { storedSignal } from './stored.ts'

export interface SavedView {
  readonly name: string
  /** `?priority=urgent&is=all` */
  readonly query: string
}

export const savedViews = storedSignal<readonly SavedView[]>('views', [])

/** A name that is there already gets the new filter. */
export function saveView(view: SavedView): void {
  savedViews.value = [...savedViews.value.filter(({ name }) => name !== view.name), view]
}

export function dropView(query: string): void {
  savedViews.value = savedViews.value.filter((view) => view.query !== query)
}
