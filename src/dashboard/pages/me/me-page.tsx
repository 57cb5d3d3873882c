/** Oneself: name and language, password, second step, where one is signed in, tokens, habits. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { get, patch, put, remove } from '../../api/client.ts'
import type { Page, Session, User } from '../../api/types.ts'
import { Field } from '../../parts/field.tsx'
import { Form, useForm } from '../../parts/form.tsx'
import { Ago } from '../../parts/time.tsx'
import { useLoad } from '../../state/load.ts'
import { isStaff, user } from '../../state/session.ts'
import { setTitle } from '../../state/title.ts'
import { attempt, showToast } from '../../state/toasts.ts'
import { PasswordField } from '../account/password-field.tsx'
import { Habits } from './habits.tsx'
import { SecondStep } from './second-step.tsx'
import { Tokens } from './tokens.tsx'

export const Section = (props: { title: string; children: ComponentChildren; hint?: string }) => (
  <section class="panel p-5 sm:p-6" aria-label={props.title}>
    <h2 class="mb-1">{props.title}</h2>
    {props.hint && <p class="muted mb-4 text-sm">{props.hint}</p>}
    <div class="mt-4">{props.children}</div>
  </section>
)

export function MePage() {
  useEffect(() => setTitle('Preferences and security'), [])
  return (
    <div class="mx-auto flex max-w-3xl flex-col gap-5 p-4 sm:p-8">
      <h1>Preferences and security</h1>
      <Profile />
      <Habits />
      <Password />
      <SecondStep />
      <Sessions />
      {isStaff.value && <Tokens />}
    </div>
  )
}

function Profile() {
  const name = useSignal(user.value?.name ?? '')
  const locale = useSignal(user.value?.locale ?? '')
  const form = useForm(async () => {
    const body = { name: name.value, locale: locale.value === '' ? null : locale.value }
    user.value = await patch<User>('/me', body)
    showToast({ tone: 'success', text: 'Saved.' })
  })
  return (
    <Section title="Profile">
      <Form form={form} button="Save" class="max-w-sm">
        <Field
          label="Name"
          value={name}
          autocomplete="name"
          error={form.problem.value?.of('name')}
        />
        <Field
          label="Language of the mails to you"
          value={locale}
          placeholder="en"
          hint="For example en, de, pt-BR. Empty: as you write to us."
          error={form.problem.value?.of('locale')}
        />
      </Form>
    </Section>
  )
}

function Password() {
  const current = useSignal('')
  const fresh = useSignal('')
  const form = useForm(async () => {
    await put('/me/password', { current_password: current.value, password: fresh.value })
    current.value = ''
    fresh.value = ''
    showToast({ tone: 'success', text: 'Your password is changed. You are signed out elsewhere.' })
  })
  return (
    <Section title="Password">
      <Form form={form} button="Change password" class="max-w-sm">
        <PasswordField label="Current password" value={current} />
        <PasswordField
          label="New password"
          value={fresh}
          isNew
          error={form.problem.value?.of('password')}
        />
      </Form>
    </Section>
  )
}

/** `Chromium on Linux` out of a long sentence of technicalities. */
export function browserOf(agent: string | null): string {
  if (agent === null || agent === '') return 'A program'
  const name = /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(agent)?.[1] ?? agent.slice(0, 40)
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1]
  const known = { Edg: 'Edge', OPR: 'Opera' }[name] ?? name
  return system === undefined ? known : `${known} on ${system.replace('Mac OS X', 'macOS')}`
}

function Sessions() {
  const sessions = useLoad('sessions', () => get<Page<Session>>('/me/sessions'))
  const end = (path: string, done: string): void => {
    void attempt(() => remove(path), done).then(sessions.again)
  }
  return (
    <Section title="Where you are signed in">
      <ul class="flex flex-col gap-3">
        {sessions.data.value?.data.map((session) => (
          <li key={session.id} class="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span class="min-w-0 flex-1">
              <span class="font-medium">{browserOf(session.user_agent)}</span>
              <span class="muted block text-sm">
                {session.address ?? 'unknown address'} · used <Ago at={session.last_used_at} />
              </span>
            </span>
            {session.current ? (
              <span class="pill tone-success">this one</span>
            ) : (
              <button
                type="button"
                class="btn btn-sm"
                onClick={() => end(`/me/sessions/${session.id}`, 'Signed out there.')}
              >
                Sign out
              </button>
            )}
          </li>
        ))}
      </ul>
      {(sessions.data.value?.data.length ?? 0) > 1 && (
        <button
          type="button"
          class="btn btn-sm mt-4"
          onClick={() => end('/me/sessions', 'Signed out everywhere else.')}
        >
          Sign out everywhere else
        </button>
      )}
    </Section>
  )
}
