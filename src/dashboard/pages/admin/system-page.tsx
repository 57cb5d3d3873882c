/** The daemon itself: is it well, which version, where to look further. */
import { get } from '../../api/client.ts'
import { Failed, Waiting } from '../../parts/feedback.tsx'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { DeskPage } from '../../parts/page.tsx'
import { useLoad } from '../../state/load.ts'

interface Ready {
  readonly status: string
  readonly checks: Readonly<Record<string, string>>
  readonly troubles: readonly { inbox: string; side: string; error: string }[]
}

/** Outside the API: answered with 503 when something is wrong, and with the reasons all the same. */
const readiness = async (): Promise<Ready> => (await fetch('/readyz')).json() as Promise<Ready>

const LINKS: readonly [href: string, icon: IconName, title: string, text: string][] = [
  ['/admin/jobs', 'refresh', 'Jobs', 'What the daemon does by itself'],
  ['/admin/audit', 'list', 'Audit log', 'Who did what, and when'],
  ['/me', 'key', 'API tokens', 'For programs that work in your name'],
  ['/api/docs', 'help', 'API documentation', 'Everything this page can do, and more'],
]

export function SystemPage() {
  const ready = useLoad('ready', readiness)
  const about = useLoad('about', () => get<{ info: { version: string } }>('/openapi.json'))
  return (
    <DeskPage title="System" hint={`Postroom ${about.data.value?.info.version ?? ''}`}>
      <div class="panel mb-5 p-5">
        {ready.problem.value !== null && (
          <Failed problem={ready.problem.value} again={ready.again} />
        )}
        {ready.data.value === null && ready.problem.value === null && <Waiting lines={3} />}
        {ready.data.value !== null && <Health ready={ready.data.value} />}
      </div>
      <ul class="grid gap-4 sm:grid-cols-2">
        {LINKS.map(([href, icon, title, text]) => (
          <li key={href}>
            <a class="panel hover:border-primary/60 flex items-start gap-3 p-5" href={href}>
              <Icon name={icon} class="text-primary mt-0.5 size-5" />
              <span>
                <span class="block font-semibold">{title}</span>
                <span class="muted text-sm">{text}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </DeskPage>
  )
}

const Health = ({ ready }: { ready: Ready }) => (
  <>
    <h2 class="mb-3 flex items-center gap-2">
      Health
      <span class={`pill ${ready.status === 'ok' ? 'tone-success' : 'tone-warning'}`}>
        {ready.status}
      </span>
    </h2>
    <dl class="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5">
      {Object.entries(ready.checks).map(([name, result]) => (
        <div key={name} class="contents">
          <dt class="muted">{name}</dt>
          <dd>{result}</dd>
        </div>
      ))}
    </dl>
    {ready.troubles.map(({ inbox, side, error }) => (
      <p key={inbox + side} class="alert alert-error alert-soft mt-3">
        <bdi>{inbox}</bdi> ({side}): {error}
      </p>
    ))}
  </>
)
