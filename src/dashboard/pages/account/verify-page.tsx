/** Proving that the address is one's own. */
import { useSignal } from '@preact/signals'
import { post } from '../../api/client.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useForm } from '../../parts/form.tsx'
import { navigate } from '../../router.ts'
import { showToast } from '../../state/toasts.ts'
import { email } from './account-state.ts'
import { CodeField, digitsOf } from './code-field.tsx'
import { Resend } from './resend.tsx'

export function VerifyPage() {
  const code = useSignal('')
  // A page that was reloaded has forgotten the address.
  const asks = useSignal(email.peek() === '')
  const form = useForm(async () => {
    const body = { email: email.value, code: digitsOf(code.value) }
    const { state } = await post<{ state: string }>('/auth/verify', body)
    if (state !== 'active') {
      navigate('/waiting')
      return
    }
    showToast({ tone: 'success', text: 'Your address is confirmed. Sign in now.' })
    navigate('/sign-in')
  })
  return (
    <>
      <h1 class={asks.value ? 'mb-5' : 'mb-2'}>Check your mail</h1>
      {!asks.value && (
        <p class="mb-5">
          We sent a code to <b class="break-all">{email.value}</b>.
        </p>
      )}
      <Form form={form} button="Confirm">
        {asks.value && <Field label="Email" value={email} type="email" autocomplete="username" />}
        <CodeField value={code} />
      </Form>
      <p class="mt-5 flex flex-wrap justify-between gap-2 text-sm">
        <Resend route="/auth/verify/resend" />
        <a class="link" href="/register">
          Wrong address?
        </a>
      </p>
    </>
  )
}
