/** Signing in, with the second step where the account wants one. */
import { useSignal } from '@preact/signals'
import { asProblem } from '../../api/problem.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useForm } from '../../parts/form.tsx'
import { navigate } from '../../router.ts'
import { signIn } from '../../state/session.ts'
import { email } from './account-state.ts'
import { PasswordField } from './password-field.tsx'

export function SignInPage() {
  const password = useSignal('')
  const totp = useSignal('')
  const wantsTotp = useSignal(false)
  const form = useForm(async () => {
    try {
      const code = wantsTotp.value ? { totp: totp.value.replace(/\s/g, '') } : {}
      await signIn({ email: email.value, password: password.value, ...code })
    } catch (thrown) {
      const { code } = asProblem(thrown)
      if (code === 'totp-required' && !wantsTotp.value) wantsTotp.value = true
      else if (code === 'email-not-verified') navigate('/verify')
      else if (code === 'approval-pending') navigate('/waiting')
      else throw thrown
    }
  })
  return (
    <>
      <h1 class="mb-5">Sign in</h1>
      <Form form={form} button={wantsTotp.value ? 'Continue' : 'Sign in'}>
        {wantsTotp.value ? (
          <Field
            label="Code of your authenticator app"
            value={totp}
            autocomplete="one-time-code"
            inputMode="numeric"
            hint="Six digits; they change every half minute."
            autofocus
          />
        ) : (
          <>
            <Field label="Email" value={email} type="email" autocomplete="username" required />
            <PasswordField value={password} />
          </>
        )}
      </Form>
      <p class="mt-5 flex justify-between text-sm">
        <a class="link" href="/forgot">
          Forgot password?
        </a>
        <a class="link" href="/register">
          Create an account
        </a>
      </p>
    </>
  )
}
