/** What stands where a page waits, has nothing, or could not be fetched. */
import type { ComponentChildren } from 'preact'
import type { Problem } from '../api/problem.ts'
import { Icon, type IconName } from './icon.tsx'

export const Empty = (props: { icon: IconName; title: string; children?: ComponentChildren }) => (
  <div class="flex flex-col items-center gap-2 px-6 py-16 text-center">
    <span class="bg-base-200 mb-1 grid size-12 place-items-center rounded-full">
      <Icon name={props.icon} class="muted size-6" />
    </span>
    <p class="font-semibold">{props.title}</p>
    <div class="muted max-w-md text-sm">{props.children}</div>
  </div>
)

/** Says what is wrong and what to do; the request id helps whoever reads the log. */
export const Failed = ({ problem, again }: { problem: Problem; again: () => void }) => (
  <div role="alert" class="flex flex-col items-center gap-3 px-6 py-16 text-center">
    <span class="tone-error pill">
      <Icon name="warn" /> {problem.status === 0 ? 'No connection' : `Error ${problem.status}`}
    </span>
    <p class="max-w-md">{problem.sentence}</p>
    {problem.requestId && problem.status >= 500 && (
      <p class="muted text-sm">
        Request <code>{problem.requestId}</code>
      </p>
    )}
    <button type="button" class="btn btn-sm" onClick={again}>
      Try again
    </button>
  </div>
)

/** Shown late, so that what is quick does not flicker. */
export const Waiting = ({ lines = 6 }: { lines?: number }) => (
  <div class="waiting flex flex-col gap-3 p-5" role="status" aria-label="Loading">
    {Array.from({ length: lines }, (_, index) => (
      <div key={index} class="skeleton h-5" style={{ width: `${92 - ((index * 17) % 40)}%` }} />
    ))}
  </div>
)

export const FormProblem = ({ problem }: { problem: Problem | null }) =>
  problem === null ? null : (
    <div role="alert" class="alert alert-error alert-soft py-2 text-sm">
      <Icon name="warn" />
      <span>{problem.sentence}</span>
    </div>
  )
