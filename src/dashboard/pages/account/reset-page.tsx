/**
 * A new password, with the code that was mailed or with a link: `/reset#email=…&code=…`. What
 * stands after the # never reaches a server; it is taken out of the address bar at once.
 */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { post } from '../../api/client.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useForm } from '../../parts/form.tsx'
import { navigate } from '../../router.ts'
import { user } from '../../state/session.ts'
import { showToast } from '../../state/toasts.ts'
import { email } from './account-state.ts'
import { CodeField } from './code-field.tsx'
import { PasswordField } from './password-field.tsx'
import { Resend } from './resend.tsx'

export function ResetPage() {
  const code = useSignal('')
  const password = useSignal('')
  const byLink = useSignal(false)
  const asks = useSignal(email.peek() === '')
  useEffect(() => {
    const given = new URLSearchParams(window.location.hash.slice(1))
    if (!given.has('code')) return
    email.value = given.get('email') ?? ''
    code.value = given.get('code') ?? ''
    byLink.value = true
    asks.value = email.value === ''
    window.history.replaceState(null, '', '/reset')
  }, [])
  const form = useForm(async () => {
    // A link's code is longer than six digits, and no spaces belong into either.
    const body = {
      email: email.value,
      code: code.value.replace(/\s/g, ''),
      password: password.value,
    }
    await post('/auth/reset', body)
    showToast({ tone: 'success', text: 'Your new password is set. Sign in with it.' })
    user.value = null
    navigate('/sign-in')
  })
  return (
    <>
      <h1 class={asks.value ? 'mb-5' : 'mb-2'}>Set a new password</h1>
      {!asks.value && (
        <p class="mb-5">
          For <b class="break-all">{email.value}</b>. You will be signed out everywhere.
        </p>
      )}
      <Form form={form} button="Set password">
        {asks.value && <Field label="Email" value={email} type="email" autocomplete="username" />}
        {!byLink.value && <CodeField value={code} />}
        <PasswordField
          label="New password"
          value={password}
          isNew
          error={form.problem.value?.of('password')}
        />
      </Form>
      <p class="mt-5 flex flex-wrap justify-between gap-2 text-sm">
        {!byLink.value && <Resend route="/auth/forgot" />}
        <a class="link" href="/sign-in">
          Back to sign in
        </a>
      </p>
    </>
  )
}
