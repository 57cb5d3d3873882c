/** Which page stands at which address, and who may see it. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { asProblem, type Problem } from './api/problem.ts'
import { AccountPage, isAccountPath } from './pages/account/account-page.tsx'
import { ConfirmDialog } from './parts/dialog.tsx'
import { Failed } from './parts/feedback.tsx'
import { address, navigate, path, search } from './router.ts'
import { Shell } from './shell/shell.tsx'
import { Toasts } from './shell/toasts.tsx'
import { followDesk, loadDesk } from './state/desk.ts'
import { followForNotifications } from './state/notifications.ts'
import './state/preferences.ts'
import { findSession, user } from './state/session.ts'

export function App() {
  const problem = useSignal<Problem | null>(null)
  const begin = (): void => {
    problem.value = null
    findSession().catch((thrown: unknown) => {
      problem.value = asProblem(thrown)
    })
  }
  useEffect(begin, [])
  return (
    <>
      {problem.value === null ? <Page /> : <Failed problem={problem.value} again={begin} />}
      <Toasts />
      <ConfirmDialog />
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
  if (who === undefined) return <div class="min-h-dvh" aria-busy="true" />
  if (account && (who === null || path.value === '/reset')) return <AccountPage />
  return who === null ? null : <Desk key={who.id} />
}

/** Only ever a path of ours: whoever made the link must not lead people elsewhere. */
const ownPath = (wanted: string | null): string =>
  wanted !== null && /^\/(?![/\\])/.test(wanted) ? wanted : '/tickets'

function Desk() {
  const ready = useSignal(false)
  const problem = useSignal<Problem | null>(null)
  const begin = (): void => {
    problem.value = null
    loadDesk().then(
      () => {
        ready.value = true
      },
      (thrown: unknown) => {
        problem.value = asProblem(thrown)
      },
    )
  }
  useEffect(() => {
    begin()
    const ends = [followDesk(), followForNotifications()]
    return () => {
      for (const end of ends) end()
    }
  }, [])
  if (problem.value !== null) return <Failed problem={problem.value} again={begin} />
  return ready.value ? <Shell /> : <div class="min-h-dvh" aria-busy="true" />
}
