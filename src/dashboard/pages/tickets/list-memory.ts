/** The list one came from, so that a ticket knows what is before and after it. */
import { signal } from '@preact/signals'
import { address } from '../../router.ts'

interface Memory {
  readonly address: string
  readonly ids: readonly number[]
}

export const lastList = signal<Memory>({ address: '/tickets', ids: [] })

export function rememberList(ids: readonly number[]): void {
  lastList.value = { address: address.peek(), ids }
}

/** Null: there is none. */
export function neighbourOf(id: number, step: 1 | -1): number | null {
  const { ids } = lastList.value
  const at = ids.indexOf(id)
  return at === -1 ? null : (ids[at + step] ?? null)
}
