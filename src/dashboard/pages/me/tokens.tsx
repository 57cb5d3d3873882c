/** Tokens for programs that use the API in one's name. */
import { useSignal } from '@preact/signals'
import { get, post, remove } from '../../api/client.ts'
import type { Page, Token } from '../../api/types.ts'
import { confirmed } from '../../parts/dialog.tsx'
import { Field, Select } from '../../parts/field.tsx'
import { Form, useForm } from '../../parts/form.tsx'
import { Ago } from '../../parts/time.tsx'
import { useLoad } from '../../state/load.ts'
import { attempt } from '../../state/toasts.ts'
import { Section } from './me-page.tsx'

const DAY_MS = 86_400_000
const READ_ONLY = ['tickets:read', 'attachments:read', 'stats:read', 'events:read']

export function Tokens() {
  const tokens = useLoad('tokens', () => get<Page<Token>>('/me/tokens'))
  const name = useSignal('')
  const days = useSignal('90')
  const rights = useSignal('all')
  const made = useSignal<string | null>(null)
  const form = useForm(async () => {
    const ends = days.value === '' ? null : new Date(Date.now() + Number(days.value) * DAY_MS)
    const body = {
      name: name.value,
      scopes: rights.value === 'all' ? null : READ_ONLY,
      expires_at: ends?.toISOString() ?? null,
    }
    made.value = (await post<{ token: string }>('/me/tokens', body)).token
    name.value = ''
    tokens.again()
  })
  return (
    <Section title="API tokens" hint="For programs that work in your name.">
      <TokenList tokens={tokens.data.value?.data ?? []} again={tokens.again} />
      {made.value !== null && (
        <div class="alert alert-success alert-soft mb-4 flex-col items-start" role="status">
          <span>Copy it now: it is never shown again.</span>
          <code class="break-all select-all">{made.value}</code>
        </div>
      )}
      <Form form={form} button="Make a token" class="max-w-sm">
        <Field
          label="What is it for?"
          value={name}
          placeholder="Nightly report"
          error={form.problem.value?.of('name')}
        />
        <Select
          label="It may"
          value={rights.value}
          choices={[
            { value: 'all', label: 'Do what I may do' },
            { value: 'read', label: 'Read tickets and counts' },
          ]}
          onChoose={(value) => {
            rights.value = value
          }}
        />
        <Select
          label="It is good for"
          value={days.value}
          choices={[
            { value: '30', label: '30 days' },
            { value: '90', label: '90 days' },
            { value: '365', label: 'A year' },
            { value: '', label: 'Ever' },
          ]}
          onChoose={(value) => {
            days.value = value
          }}
        />
      </Form>
    </Section>
  )
}

function TokenList({ tokens, again }: { tokens: readonly Token[]; again: () => void }) {
  const revoke = async ({ id, name }: Token): Promise<void> => {
    const question = {
      title: `Revoke “${name}”?`,
      text: 'Programs that use it stop working at once.',
      confirm: 'Revoke',
      dangerous: true,
    }
    if (await confirmed(question)) await attempt(() => remove(`/me/tokens/${id}`)).then(again)
  }
  return (
    <ul class="mb-5 flex flex-col gap-3 empty:hidden">
      {tokens.map((token) => (
        <li key={token.id} class="flex flex-wrap items-center gap-3">
          <span class="min-w-0 flex-1">
            <bdi class="font-medium">{token.name}</bdi>
            <span class="muted block text-sm">
              {token.scopes === null ? 'all rights' : token.scopes.join(', ')} ·{' '}
              {token.last_used_at === null ? (
                'never used'
              ) : (
                <>
                  used <Ago at={token.last_used_at} />
                </>
              )}
              {token.expires_at !== null && (
                <>
                  {' '}
                  · ends <Ago at={token.expires_at} />
                </>
              )}
            </span>
          </span>
          <button type="button" class="btn btn-sm" onClick={() => void revoke(token)}>
            Revoke
          </button>
        </li>
      ))}
    </ul>
  )
}
