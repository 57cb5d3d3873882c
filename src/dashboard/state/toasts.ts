/** Short messages in the corner, and what can still be undone. */
import { signal } from '@preact/signals'
import { asProblem } from '../api/problem.ts'

export interface Toast {
  readonly id: number
  readonly tone: 'info' | 'success' | 'error'
  readonly text: string
  readonly actions: readonly {
    readonly label: string
    readonly run: () => void
    /** It takes back what was done. */
    readonly undoes?: boolean
  }[]
}

/** Long enough to be read twice. */
const SHOWN_MS = 7_000
let lastId = 0

export const toasts = signal<readonly Toast[]>([])

/** Returns its id. `ms` null: it stays until somebody takes it away. */
export function showToast(
  toast: Partial<Omit<Toast, 'id'>> & { text: string },
  ms: number | null = SHOWN_MS,
): number {
  lastId += 1
  const id = lastId
  toasts.value = [...toasts.value, { tone: 'info', actions: [], ...toast, id }]
  if (ms !== null) setTimeout(() => dropToast(id), ms)
  return id
}

export function dropToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

/** Takes back the latest thing that can be; false: none can. */
export function takeBackLatest(): boolean {
  for (const { id, actions } of toasts.peek().toReversed()) {
    const undo = actions.find(({ undoes }) => undoes === true)
    if (undo === undefined) continue
    undo.run()
    dropToast(id)
    return true
  }
  return false
}

/** Shows what went wrong. */
export function showProblem(thrown: unknown): void {
  const problem = asProblem(thrown)
  // The page asks for a new login by itself.
  if (problem.code === 'unauthenticated') return
  showToast({ tone: 'error', text: problem.sentence })
}

/** Runs something and shows its failure; true: it worked. */
export async function attempt(work: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await work()
    if (done !== undefined) showToast({ tone: 'success', text: done })
    return true
  } catch (thrown) {
    showProblem(thrown)
    return false
  }
}
