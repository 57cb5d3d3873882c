/** Hooks that fetch, keep what was fetched while fetching again, and listen to the desk. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { onEvents } from '../api/events.ts'
import { asProblem, type Problem } from '../api/problem.ts'
import type { DeskEvent } from '../api/types.ts'

export interface Loaded<T> {
  readonly data: Signal<T | null>
  readonly problem: Signal<Problem | null>
  readonly again: () => void
}

/** Fetches when `key` changes. An answer that was overtaken by a newer question is dropped. */
export function useLoad<T>(key: string, fetchIt: () => Promise<T>): Loaded<T> {
  const data = useSignal<T | null>(null)
  const problem = useSignal<Problem | null>(null)
  const asked = useRef(0)
  const latest = useRef(fetchIt)
  latest.current = fetchIt
  const again = (): void => {
    asked.current += 1
    const mine = asked.current
    latest.current().then(
      (answer) => {
        if (mine !== asked.current) return
        data.value = answer
        problem.value = null
      },
      (thrown: unknown) => {
        if (mine === asked.current) problem.value = asProblem(thrown)
      },
    )
  }
  const stable = useRef(again)
  useEffect(() => {
    data.value = null
    problem.value = null
    stable.current()
    return () => {
      asked.current += 1
    }
  }, [key])
  return { data, problem, again: stable.current }
}

/** Many events at once are one reason to look. */
const GATHER_MS = 60

/** Calls `look` soon after events that `concerns` wants, and when any may have been missed. */
export function useEvents(concerns: (event: DeskEvent) => boolean, look: () => void): void {
  const latest = useRef({ concerns, look })
  latest.current = { concerns, look }
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = onEvents((heard) => {
      if (heard !== 'again' && !latest.current.concerns(heard)) return
      timer ??= setTimeout(() => {
        timer = undefined
        latest.current.look()
      }, GATHER_MS)
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [])
}

/** Looks again and again at what is no event of the desk, while somebody can see it. */
export function useEvery(ms: number, look: () => void): void {
  const latest = useRef(look)
  latest.current = look
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) latest.current()
    }, ms)
    return () => clearInterval(timer)
  }, [])
}
