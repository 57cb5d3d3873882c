/** The mails we write: what each looks like filled in, and a try in one's own inbox. */
import { useSignal } from '@preact/signals'
import { get, post } from '../../api/client.ts'
import type { Page } from '../../api/types.ts'
import { Select } from '../../parts/field.tsx'
import { Failed, Waiting } from '../../parts/feedback.tsx'
import { DeskPage } from '../../parts/page.tsx'
import { search, setSearch } from '../../router.ts'
import { useLoad } from '../../state/load.ts'
import { attempt } from '../../state/toasts.ts'

interface TemplateKey {
  readonly notice: string
  readonly locale: string
  readonly inbox: string | null
}
interface Preview {
  readonly headers?: Readonly<Record<string, string>>
  readonly subject?: string
  readonly text: string
  readonly html: string | null
}

const unique = (all: readonly string[]): string[] => [...new Set(all)].toSorted()
const plain = (value: string) => ({ value, label: value.replaceAll('_', ' ') })

export function TemplatesPage() {
  const list = useLoad('templates', () => get<Page<TemplateKey>>('/templates'))
  const all = list.data.value?.data
  if (all === undefined) {
    return (
      <DeskPage title="Templates">
        {list.problem.value === null ? (
          <Waiting />
        ) : (
          <Failed problem={list.problem.value} again={list.again} />
        )}
      </DeskPage>
    )
  }
  const notice = search.value.get('notice') ?? all[0]?.notice ?? ''
  const locale = search.value.get('locale') ?? 'en'
  const inbox = search.value.get('inbox')
  const own = all.filter((one) => one.notice === notice && one.locale === locale)
  const places = own.map((one) => ({ value: one.inbox ?? '', label: one.inbox ?? 'Ours' }))
  const path = `/templates/${notice}/${locale}`
  const names = unique(all.map((one) => one.notice)).map(plain)
  const locales = unique(all.filter((one) => one.notice === notice).map((one) => one.locale))
  return (
    <DeskPage
      title="Templates"
      hint="The words of our mails. They are files: change them in the directory of an inbox."
      actions={
        <button
          type="button"
          class="btn btn-sm"
          onClick={() =>
            void attempt(() => post(`${path}/test`, { inbox }), 'A test is on its way to you.')
          }
        >
          Send me a test
        </button>
      }
    >
      <div class="mb-4 flex flex-wrap gap-3">
        <Select
          label="Mail"
          class="w-48"
          value={notice}
          choices={names}
          onChoose={(value) => setSearch({ notice: value })}
        />
        <Select
          label="Language"
          class="w-32"
          value={locale}
          choices={locales.map((value) => ({ value, label: value }))}
          onChoose={(value) => setSearch({ locale: value })}
        />
        {places.length > 1 && (
          <Select
            label="Of"
            class="w-40"
            value={inbox ?? ''}
            choices={places}
            onChoose={(value) => setSearch({ inbox: value })}
          />
        )}
      </div>
      <PreviewPanel path={path} inbox={inbox} />
    </DeskPage>
  )
}

function PreviewPanel({ path, inbox }: { path: string; inbox: string | null }) {
  const asSource = useSignal(false)
  const query = inbox === null ? '' : `?inbox=${encodeURIComponent(inbox)}`
  const source = useLoad(`s${path}${query}`, () => get<Preview>(`${path}${query}`))
  const filled = useLoad(`p${path}${query}`, () => post<Preview>(`${path}/preview`, { inbox }))
  const shown = asSource.value ? source : filled
  const data = shown.data.value
  const headers = Object.entries(
    data?.headers ?? (data?.subject === undefined ? {} : { Subject: data.subject }),
  )
  return (
    <section class="panel p-5" aria-label="Preview">
      <div class="mb-4 flex gap-2" role="group" aria-label="What to show">
        {(['Filled in', 'Source'] as const).map((label, index) => (
          <button
            key={label}
            type="button"
            class={`btn btn-sm ${asSource.value === (index === 1) ? 'btn-neutral' : ''}`}
            aria-pressed={asSource.value === (index === 1)}
            onClick={() => {
              asSource.value = index === 1
            }}
          >
            {label}
          </button>
        ))}
      </div>
      {shown.problem.value !== null && <Failed problem={shown.problem.value} again={shown.again} />}
      {data === null && shown.problem.value === null && <Waiting />}
      {data !== null && (
        <>
          {headers.map(([name, value]) => (
            <p key={name} class="mb-1 text-sm">
              <span class="muted">{name}:</span> <bdi class="font-medium">{value}</bdi>
            </p>
          ))}
          <pre class="written bg-base-200 rounded-box mt-3 p-4 font-sans text-sm">{data.text}</pre>
          {data.html !== null && asSource.value && (
            <pre class="written bg-base-200 rounded-box mt-3 p-4 font-mono text-xs">
              {data.html}
            </pre>
          )}
        </>
      )}
    </section>
  )
}
