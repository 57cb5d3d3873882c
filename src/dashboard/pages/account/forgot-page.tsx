/** A forgotten password: asks for a code. Says the same for every address. */
import { post } from '../../api/client.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useForm } from '../../parts/form.tsx'
import { navigate } from '../../router.ts'
import { email } from './account-state.ts'

export function ForgotPage() {
  const form = useForm(async () => {
    await post('/auth/forgot', { email: email.value })
    navigate('/reset')
  })
  return (
    <>
      <h1 class="mb-2">Forgot your password?</h1>
      <p class="mb-5">We mail you a code for a new one.</p>
      <Form form={form} button="Send me a code">
        <Field
          label="Email"
          value={email}
          type="email"
          autocomplete="username"
          error={form.problem.value?.of('email')}
          required
        />
      </Form>
      <p class="mt-5 text-sm">
        <a class="link" href="/sign-in">
          Back to sign in
        </a>
      </p>
    </>
  )
}
