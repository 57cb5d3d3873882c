/** Pages that are fetched when somebody first goes there. */
import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { asProblem, type Problem } from '../api/problem.ts'
import { Failed, Waiting } from '../parts/feedback.tsx'

/** A component that stands for the one `load` brings. */
export function lazyPage(load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | null = null
  return function LazyPage() {
    const page = useSignal(loaded === null ? null : { component: loaded })
    const problem = useSignal<Problem | null>(null)
    const begin = (): void => {
      problem.value = null
      load().then(
        (component) => {
          loaded = component
          page.value = { component }
        },
        () => {
          // Most likely a newer dashboard was installed and this one's files are gone.
          const detail = 'This page could not be fetched. Reload to get the current dashboard.'
          problem.value = asProblem(new Error(detail))
        },
      )
    }
    useEffect(() => {
      if (page.value === null) begin()
    }, [])
    if (problem.value !== null) return <Failed problem={problem.value} again={begin} />
    if (page.value === null) return <Waiting />
    const Page = page.value.component
    return <Page />
  }
}
