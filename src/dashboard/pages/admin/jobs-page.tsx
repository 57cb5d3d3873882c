/** What the daemon does by itself, and how that goes. */
import { get } from '../../api/client.ts'
import type { Page } from '../../api/types.ts'
import { Failed, Waiting } from '../../parts/feedback.tsx'
import { DeskPage } from '../../parts/page.tsx'
import { Ago } from '../../parts/time.tsx'
import { useLoad } from '../../state/load.ts'

interface Job {
  readonly name: string
  readonly kind: string
  readonly last_run_at: string | null
  readonly last_error_at: string | null
  readonly last_error: string | null
  readonly runs: number
  readonly failures: number
}

export function JobsPage() {
  const jobs = useLoad('jobs', () => get<Page<Job>>('/jobs'))
  const { data, problem } = jobs
  return (
    <DeskPage
      title="Jobs"
      hint="What this daemon does by itself, since it was started."
      actions={
        <button type="button" class="btn btn-sm" onClick={jobs.again}>
          Look again
        </button>
      }
    >
      {problem.value !== null && data.value === null && (
        <Failed problem={problem.value} again={jobs.again} />
      )}
      {data.value === null && problem.value === null && <Waiting />}
      <ul class="panel empty:hidden">
        {data.value?.data.map((job) => (
          <li
            key={job.name}
            class="border-base-300 flex flex-wrap items-center gap-x-4 gap-y-1 border-b px-5 py-3 last:border-b-0"
          >
            <span class="min-w-0 flex-1 basis-60">
              <bdi class="font-medium">{job.name}</bdi>
              <span class="muted block text-sm">{job.kind}</span>
              {job.last_error !== null && (
                <span class="written text-error text-sm">{job.last_error}</span>
              )}
            </span>
            <span class={`pill ${job.failures === 0 ? 'tone-success' : 'tone-warning'}`}>
              {job.failures === 0 ? 'well' : `${job.failures} failures`}
            </span>
            <span class="muted w-44 text-end text-sm max-sm:w-full max-sm:text-start">
              {job.runs} {job.runs === 1 ? 'run' : 'runs'}
              {job.last_run_at !== null && (
                <>
                  , last <Ago at={job.last_run_at} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </DeskPage>
  )
}
