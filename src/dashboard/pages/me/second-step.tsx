/** The code of an authenticator app at every login, for who wants it. */
import { useSignal } from '@preact/signals'
import { get, post, remove } from '../../api/client.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useForm } from '../../parts/form.tsx'
import { useLoad } from '../../state/load.ts'
import { showToast } from '../../state/toasts.ts'
import { PasswordField } from '../account/password-field.tsx'
import { digitsOf } from '../account/code-field.tsx'
import { Section } from './me-page.tsx'

interface Proposal {
  readonly secret: string
  readonly uri: string
}

export function SecondStep() {
  const state = useLoad('totp', () => get<{ enabled: boolean }>('/me/totp'))
  const enabled = state.data.value?.enabled
  return (
    <Section
      title="Two-step sign-in"
      hint="A code of an authenticator app beside your password: a stolen password alone opens nothing."
    >
      {enabled === false && <SetUp done={state.again} />}
      {enabled === true && <TurnOff done={state.again} />}
    </Section>
  )
}

function SetUp({ done }: { done: () => void }) {
  const password = useSignal('')
  const code = useSignal('')
  const proposal = useSignal<Proposal | null>(null)
  const propose = useForm(async () => {
    proposal.value = await post<Proposal>('/me/totp', { password: password.value })
  })
  const confirm = useForm(async () => {
    await post('/me/totp/confirm', { code: digitsOf(code.value) })
    showToast({ tone: 'success', text: 'From now on signing in takes a code, too.' })
    done()
  })
  if (proposal.value === null) {
    return (
      <Form form={propose} button="Set up" class="max-w-sm">
        <PasswordField label="Your password" value={password} />
      </Form>
    )
  }
  const { secret, uri } = proposal.value
  return (
    <Form form={confirm} button="Turn on" class="max-w-sm">
      <p>
        Enter this key in your app, or{' '}
        <a class="link" href={uri}>
          open the app
        </a>{' '}
        on this device:
      </p>
      <code class="bg-base-200 rounded-field p-3 text-center tracking-wider break-all select-all">
        {secret}
      </code>
      <Field
        label="Code the app shows"
        value={code}
        inputMode="numeric"
        autocomplete="one-time-code"
        error={confirm.problem.value?.of('code')}
      />
    </Form>
  )
}

function TurnOff({ done }: { done: () => void }) {
  const password = useSignal('')
  const form = useForm(async () => {
    await remove('/me/totp', { password: password.value })
    showToast({ text: 'Signing in takes a password only.' })
    done()
  })
  return (
    <>
      <p class="mb-4">
        <span class="pill tone-success">It is on</span>
      </p>
      <Form form={form} button="Turn off" class="max-w-sm">
        <PasswordField label="Your password" value={password} />
      </Form>
    </>
  )
}
