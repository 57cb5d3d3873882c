/** Asks for another code; the desk mails one a minute at most. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { post } from '../../api/client.ts'
import { attempt } from '../../state/toasts.ts'
import { email } from './account-state.ts'

const WAIT_S = 60

export function Resend({ route }: { route: '/auth/verify/resend' | '/auth/forgot' }) {
  const left = useSignal(WAIT_S)
  useEffect(() => {
    const timer = setInterval(() => {
      left.value = Math.max(0, left.value - 1)
    }, 1_000)
    return () => clearInterval(timer)
  }, [])
  const send = async (): Promise<void> => {
    const sent = await attempt(
      () => post(route, { email: email.value }),
      'Another code is on its way.',
    )
    if (sent) left.value = WAIT_S
  }
  return (
    <button
      type="button"
      class="link text-sm disabled:no-underline disabled:opacity-80"
      disabled={left.value > 0 || email.value === ''}
      onClick={() => void send()}
    >
      {left.value > 0 ? `Send another code (in ${left.value} s)` : 'Send another code'}
    </button>
  )
}
