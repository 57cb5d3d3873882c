/** Signing in, with the second step where the account wants one, or with an OpenID provider. */
import { type Signal, useSignal } from '@preact/signals'
import { get } from '../../api/client.ts'
import { asProblem, Problem } from '../../api/problem.ts'
import type { LoginMethods } from '../../api/types.ts'
import { FormProblem } from '../../parts/feedback.tsx'
import { Field } from '../../parts/field.tsx'
import { Form, useForm } from '../../parts/form.tsx'
import { navigate, search } from '../../router.ts'
import { useLoad } from '../../state/load.ts'
import { finishSignIn, signIn } from '../../state/session.ts'
import { email } from './account-state.ts'
import { PasswordField } from './password-field.tsx'

export function SignInPage() {
  return (
    <>
      <h1 class="mb-5">Sign in</h1>
      {search.value.get('step') === 'code' ? <SecondStep /> : <FirstStep />}
    </>
  )
}

function FirstStep() {
  const password = useSignal('')
  const totp = useSignal('')
  const wantsTotp = useSignal(false)
  /** Another page of the account may have asked for the address. */
  const asksWho = useSignal(email.peek() === '')
  const methods = useLoad('methods', () => get<LoginMethods>('/auth/methods'))
  const { provider = null, registration = 'approval' } = methods.data.value ?? {}
  const form = useForm(async () => {
    try {
      const code = wantsTotp.value ? { totp: digitsOf(totp) } : {}
      await signIn({ email: email.value, password: password.value, ...code })
    } catch (thrown) {
      const { code } = asProblem(thrown)
      if (code === 'totp-required' && !wantsTotp.value) wantsTotp.value = true
      else if (!leadsElsewhere(code)) throw thrown
    }
  })
  return (
    <>
      <ProviderProblem name={provider?.name ?? 'The provider'} />
      <Form form={form} button={wantsTotp.value ? 'Continue' : 'Sign in'}>
        {wantsTotp.value ? (
          <TotpField value={totp} />
        ) : (
          <>
            <Field
              label="Email"
              value={email}
              type="email"
              autocomplete="username"
              required
              autofocus={asksWho.value}
            />
            <PasswordField value={password} autofocus={!asksWho.value} />
          </>
        )}
      </Form>
      {/* Below, where it moves nothing under a hand that is typing already. */}
      {provider !== null && !wantsTotp.value && <ProviderLogin {...provider} />}
      <p class="mt-5 flex justify-between text-sm">
        <a class="link" href="/forgot">
          Forgot password?
        </a>
        {registration !== 'closed' && (
          <a class="link" href="/register">
            Create an account
          </a>
        )}
      </p>
    </>
  )
}

/** True: what to do about it stands on another page. */
function leadsElsewhere(code: string): boolean {
  const page = { 'email-not-verified': '/verify', 'approval-pending': '/waiting' }[code]
  if (page !== undefined) navigate(page)
  return page !== undefined
}

/** The way there is a walk of the browser's own. */
function ProviderLogin({ name, path }: { name: string; path: string }) {
  const to = search.value.get('to')
  const href = to === null ? path : `${path}?to=${encodeURIComponent(to)}`
  return (
    <>
      <p class="muted my-3 text-center text-sm">or</p>
      <a class="btn btn-block" target="_self" href={href}>
        Sign in with {name}
      </a>
    </>
  )
}

/** What went wrong on it stands in our address. */
function ProviderProblem({ name }: { name: string }) {
  const code = search.value.get('problem')
  return code === null ? null : (
    <div class="mb-4">
      <FormProblem problem={problemOf(code, name)} />
    </div>
  )
}

function problemOf(code: string, name: string): Problem {
  const sentences: Readonly<Record<string, string>> = {
    'provider-declined': `You did not sign in with ${name}.`,
    'provider-failed': `${name} cannot say who you are at the moment. Try again.`,
    'address-not-proven': `${name} does not vouch for an address that may sign in here.`,
    'registration-closed': 'There is no account for you here. Ask an admin for one.',
    'other-identity': `Somebody else had your address at ${name} before. Ask an admin.`,
    'approval-pending': 'An admin has yet to approve your account.',
    'account-disabled': 'This account is disabled.',
    'login-expired': 'That took too long. Begin again.',
    'rate-limited': 'Too many attempts. Try again in some minutes.',
  }
  return new Problem(0, { code, detail: sentences[code] ?? 'Signing in did not work. Try again.' })
}

/** After the provider said who it is. */
function SecondStep() {
  const totp = useSignal('')
  const form = useForm(async () => {
    try {
      await finishSignIn(digitsOf(totp))
    } catch (thrown) {
      const { code } = asProblem(thrown)
      if (code !== 'login-expired') throw thrown
      navigate(`/sign-in?problem=${code}`, { replace: true })
    }
  })
  return (
    <Form form={form} button="Continue">
      <TotpField value={totp} />
    </Form>
  )
}

const digitsOf = ({ value }: Signal<string>): string => value.replace(/\s/g, '')

const TotpField = ({ value }: { value: Signal<string> }) => (
  <Field
    label="Code of your authenticator app"
    value={value}
    autocomplete="one-time-code"
    inputMode="numeric"
    hint="Six digits; they change every half minute."
    autofocus
  />
)
