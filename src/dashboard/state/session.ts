/** Who is logged in. */
import { computed, effect, signal } from '@preact/signals'
import { get, post, signedOutElsewhere } from '../api/client.ts'
import { startEvents, stopEvents } from '../api/events.ts'
import { asProblem } from '../api/problem.ts'
import type { LoggedIn, User } from '../api/types.ts'
import type { WasHere } from '../first-questions.ts'
import { storedSignal } from './stored.ts'

/** Did somebody sign in in this browser, and not out again? The session itself no script can see. */
const wasHere = storedSignal<WasHere>('here', false)
/** Undefined: not known yet; null: nobody, as far as one can tell before the desk has answered. */
export const user = signal<User | null | undefined>(wasHere.peek() === false ? null : undefined)
export const isStaff = computed(() => user.value?.role === 'agent' || user.value?.role === 'admin')
export const isAdmin = computed(() => user.value?.role === 'admin')
/** The session ended under an open page: what stands on it stays until somebody signs in. */
export const expired = signal(false)

/** Asks the API who we are; rejects when it cannot be reached. */
export async function findSession(): Promise<void> {
  try {
    const answer = await get<LoggedIn>('/auth/session')
    enter(answer.user)
  } catch (thrown) {
    const problem = asProblem(thrown)
    if (problem.status !== 401) throw problem
    // Somebody may have signed in meanwhile.
    if (!user.peek()) leave()
  }
}

export interface Credentials {
  readonly email: string
  readonly password: string
  readonly totp?: string
}

export async function signIn(credentials: Credentials): Promise<void> {
  const answer = await post<LoggedIn>('/auth/login', credentials)
  enter(answer.user)
}

/** The second step, after an OpenID provider said who it is. */
export async function finishSignIn(totp: string): Promise<void> {
  const answer = await post<LoggedIn>('/auth/second-step', { totp })
  enter(answer.user)
}

export async function signOut(): Promise<void> {
  await post('/auth/logout')
  leave()
}

function leave(): void {
  stopEvents()
  wasHere.value = false
  user.value = null
}

/** Whoever looks at one ticket by a link is nobody who is logged in, but has a name. */
export function lookByLink(found: User): () => void {
  startEvents(found.id)
  user.value = found
  return () => {
    stopEvents()
    user.value = undefined
  }
}

function enter(found: User): void {
  expired.value = false
  wasHere.value = found.role
  user.value = found
  startEvents(found.id)
}

effect(() => {
  if (signedOutElsewhere.value === 0 || user.peek() === undefined || user.peek() === null) return
  stopEvents()
  expired.value = true
})
