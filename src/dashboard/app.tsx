/** Which page stands at which address, and who may see it. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { asProblem, type Problem } from './api/problem.ts'
import { AccountPage, isAccountPath } from './pages/account/account-page.tsx'
import { AskDialog } from './parts/ask.tsx'
import { ConfirmDialog } from './parts/dialog.tsx'
import { Failed } from './parts/feedback.tsx'
import { address, linkToken, navigate, path, search } from './router.ts'
import { lazyPage } from './shell/lazy.tsx'
import { Shell } from './shell/shell.tsx'
import { Toasts } from './shell/toasts.tsx'
import { followDesk, loadDesk } from './state/desk.ts'
import { followForNotifications } from './state/notifications.ts'
import './state/preferences.ts'
import { findSession, user } from './state/session.ts'

const LinkPage = lazyPage(async () => (await import('./pages/link/link-page.tsx')).LinkPage)

export function App() {
  const problem = useSignal<Problem | null>(null)
  const begin = (): void => {
    problem.value = null
    findSession().catch((thrown: unknown) => {
      problem.value = asProblem(thrown)
    })
  }
  const byLink = linkToken.value !== null
  useEffect(() => {
    if (!byLink) begin()
  }, [byLink])
  const failed = problem.value !== null && <Failed problem={problem.value} again={begin} />
  return (
    <>
      {byLink ? <LinkPage key={linkToken.value} /> : failed || <Page />}
      <Toasts />
      <ConfirmDialog />
      <AskDialog />
    </>
  )
}

function Page() {
  const who = user.value
  const account = isAccountPath(path.value)
  const wanted = search.value.get('to')
  useEffect(() => {
    if (who === undefined) return
    // Setting a password by a link works for who is logged in, too.
    if (who === null && !account)
      navigate(`/sign-in?to=${encodeURIComponent(address.value)}`, { replace: true })
    if (who !== null && account && path.value !== '/reset')
      navigate(ownPath(wanted), { replace: true })
  }, [who, account])
  // Who comes to sign in need not wait until it is known that he has to.
  if (account && (!who || path.value === '/reset')) return <AccountPage />
  if (who === undefined) return <div class="min-h-dvh" aria-busy="true" />
  return who === null ? null : <Desk key={who.id} />
}

/** Only ever a path of ours: whoever made the link must not lead people elsewhere. */
const ownPath = (wanted: string | null): string =>
  wanted !== null && /^\/(?![/\\])/.test(wanted) ? wanted : '/tickets'

/** The page asks for its own things while names and counts of the desk are still on their way. */
function Desk() {
  const problem = useSignal<Problem | null>(null)
  const begin = (): void => {
    problem.value = null
    loadDesk().catch((thrown: unknown) => {
      problem.value = asProblem(thrown)
    })
  }
  useEffect(() => {
    begin()
    const ends = [followDesk(), followForNotifications()]
    return () => {
      for (const end of ends) end()
    }
  }, [])
  return problem.value === null ? <Shell /> : <Failed problem={problem.value} again={begin} />
}
