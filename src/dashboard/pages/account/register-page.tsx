/** Asking for an account. The answer is the same whether or not there is one already. */
import { useSignal } from '@preact/signals'
import { post } from '../../api/client.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useForm } from '../../parts/form.tsx'
import { navigate } from '../../router.ts'
import { email } from './account-state.ts'
import { PasswordField } from './password-field.tsx'

export function RegisterPage() {
  const name = useSignal('')
  const password = useSignal('')
  const form = useForm(async () => {
    const body = { email: email.value, name: name.value, password: password.value }
    await post('/auth/register', body)
    navigate('/verify')
  })
  const { problem } = form
  return (
    <>
      <h1 class="mb-5">Create an account</h1>
      <Form form={form} button="Create account">
        <Field label="Name" value={name} autocomplete="name" error={problem.value?.of('name')} />
        <Field
          label="Email"
          value={email}
          type="email"
          autocomplete="username"
          error={problem.value?.of('email')}
          required
        />
        <PasswordField value={password} isNew error={problem.value?.of('password')} />
      </Form>
      <p class="mt-5 text-sm">
        Have an account?{' '}
        <a class="link" href="/sign-in">
          Sign in
        </a>
      </p>
    </>
  )
}
