/** One request, by the link of a mail: without an account, and with nothing else around it. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { get } from '../../api/client.ts'
import { asProblem, type Problem } from '../../api/problem.ts'
import type { Page, Status, TicketLink } from '../../api/types.ts'
import { Empty, Failed, Waiting } from '../../parts/feedback.tsx'
import { ConnectionChip } from '../../shell/connection-chip.tsx'
import { statuses } from '../../state/desk.ts'
import { lookByLink } from '../../state/session.ts'
import { setTitle } from '../../state/title.ts'
import { PortalTicket } from '../portal/portal-ticket-page.tsx'

export function LinkPage() {
  const link = useSignal<TicketLink | null>(null)
  const problem = useSignal<Problem | null>(null)
  const leave = useSignal<(() => void) | null>(null)
  const load = async (): Promise<void> => {
    problem.value = null
    try {
      const [found, known] = await Promise.all([
        get<TicketLink>(''),
        get<Page<Status>>('/statuses'),
      ])
      statuses.value = known.data
      leave.value = lookByLink(found.user)
      link.value = found
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }
  useEffect(() => {
    setTitle('Your request')
    void load()
    return () => leave.peek()?.()
  }, [])
  if (problem.value?.status === 404) return <Gone />
  if (problem.value !== null) {
    return (
      <Frame>
        <Failed problem={problem.value} again={() => void load()} />
      </Frame>
    )
  }
  return link.value === null ? (
    <Frame>
      <Waiting lines={8} />
    </Frame>
  ) : (
    <Frame chip>
      <PortalTicket id={link.value.ticket_id} />
      <About link={link.value} />
    </Frame>
  )
}

const Frame = ({ children, chip = false }: { children: ComponentChildren; chip?: boolean }) => (
  <div class="bg-base-200 min-h-dvh">
    <header class="border-base-300 bg-base-100 sticky top-0 z-20 border-b">
      <div class="mx-auto flex h-14 max-w-3xl items-center gap-2.5 px-4 sm:px-8">
        <img src="/icon.svg" alt="" class="size-7" />
        <span class="me-auto font-semibold tracking-tight">Postroom</span>
        {chip && <ConnectionChip />}
      </div>
    </header>
    <main class="mx-auto max-w-3xl p-4 sm:p-8">{children}</main>
  </div>
)

/** Whose it is, so that nobody passes it on thinking it were anybody's. */
const About = ({ link: { user } }: { link: TicketLink }) => (
  <footer class="muted border-base-300 mt-10 border-t pt-4 text-sm">
    <p>
      This link was sent to <bdi class="break-all">{user.email}</bdi>. Whoever has it can read this
      request and answer in that name: do not pass it on.
    </p>
    {user.state === 'active' && (
      <p class="mt-1.5">
        <a class="link" href="/tickets" target="_self">
          Sign in
        </a>{' '}
        to see all your requests.
      </p>
    )}
  </footer>
)

const Gone = () => (
  <Frame>
    <Empty icon="lock" title="This link leads nowhere any more">
      <h1 class="sr-only">Not found</h1>
      <p>
        The links in our mails work for 60 days, and for whom they were sent to. To reach us answer
        any of our mails, or{' '}
        <a class="link" href="/sign-in" target="_self">
          sign in
        </a>
        .
      </p>
    </Empty>
  </Frame>
)
