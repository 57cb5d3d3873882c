/** A new request: of oneself as a customer, or for a customer as an agent. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get, post } from '../../api/client.ts'
import type { Attachment, Inbox, Page, Ticket } from '../../api/types.ts'
import { Field, Select } from '../../parts/field.tsx'
import { Form, useForm } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { useUploads } from '../../parts/uploads.ts'
import { navigate, search } from '../../router.ts'
import { categories, PRIORITIES } from '../../state/desk.ts'
import { isStaff } from '../../state/session.ts'
import { readStored, writeStored } from '../../state/storage.ts'
import { setTitle } from '../../state/title.ts'
import { attempt, showToast } from '../../state/toasts.ts'
import { sizeOf } from '../ticket/comment-card.tsx'

interface NewTicket {
  readonly subject: Signal<string>
  readonly text: Signal<string>
  readonly email: Signal<string>
  readonly name: Signal<string>
  readonly priority: Signal<string>
  readonly category: Signal<string>
  readonly inbox: Signal<string>
  readonly files: Signal<readonly Attachment[]>
}

const DRAFT = 'draft.new'

function useNewTicket(): NewTicket {
  const kept = readStored(DRAFT, { subject: '', text: '' })
  const fresh: NewTicket = {
    subject: useSignal(kept.subject),
    text: useSignal(kept.text),
    email: useSignal(''),
    name: useSignal(''),
    priority: useSignal('normal'),
    category: useSignal(''),
    inbox: useSignal(''),
    files: useSignal<readonly Attachment[]>([]),
  }
  const { subject, text } = fresh
  useEffect(() => {
    writeStored(
      DRAFT,
      subject.value + text.value === '' ? null : { subject: subject.value, text: text.value },
    )
  }, [subject.value, text.value])
  return fresh
}

/** An agent's words are mailed to the customer; a customer's are his own request. */
function bodyOf(fresh: NewTicket): object {
  const { subject, text, email, name, priority, category, inbox, files } = fresh
  return {
    subject: subject.value,
    text: text.value,
    priority: priority.value,
    category: category.value === '' ? null : category.value,
    attachments: files.value.map(({ id }) => id),
    ...(inbox.value === '' ? {} : { inbox: inbox.value }),
    ...(isStaff.value ? { requester: { email: email.value, name: name.value }, author: 'me' } : {}),
  }
}

export function NewTicketPage() {
  const fresh = useNewTicket()
  const followed = search.value.get('follow')
  useEffect(() => {
    setTitle(isStaff.value ? 'New ticket' : 'New request')
    if (followed === null || !isStaff.value) return
    void attempt(async () => {
      const ticket = await get<Ticket>(`/tickets/${Number(followed)}`)
      fresh.subject.value = ticket.subject
      fresh.email.value = ticket.requester?.email ?? ''
      fresh.name.value = ticket.requester?.name ?? ''
    })
  }, [followed])
  const form = useForm(async () => {
    const ticket = await post<Ticket>('/tickets', bodyOf(fresh), { key: crypto.randomUUID() })
    writeStored(DRAFT, null)
    showToast({ tone: 'success', text: `Your request has the number ${ticket.id}.` })
    navigate(`/tickets/${ticket.id}`)
  })
  const problem = form.problem.value
  return (
    <div class="mx-auto max-w-3xl p-4 sm:p-8">
      <h1 class="mb-5">{isStaff.value ? 'New ticket' : 'New request'}</h1>
      <div class="panel p-5 sm:p-7">
        <Form form={form} button={isStaff.value ? 'Open and mail it' : 'Send'}>
          {isStaff.value && (
            <div class="grid gap-4 sm:grid-cols-2">
              <Field
                label="Customer’s email"
                type="email"
                value={fresh.email}
                error={problem?.of('requester/email')}
                required
              />
              <Field label="Customer’s name" value={fresh.name} />
            </div>
          )}
          <Field label="Subject" value={fresh.subject} error={problem?.of('subject')} required />
          <TextField
            label={isStaff.value ? 'Message to the customer' : 'What can we do for you?'}
            value={fresh.text}
            error={problem?.of('text')}
          />
          <Files files={fresh.files} />
          <Choices fresh={fresh} />
        </Form>
      </div>
    </div>
  )
}

function Choices({ fresh }: { fresh: NewTicket }) {
  const inboxes = useSignal<readonly Inbox[]>([])
  useEffect(() => {
    if (!isStaff.value) return
    // Without the list the first inbox is used, as the API does.
    get<Page<Inbox>>('/inboxes').then(
      ({ data }) => {
        inboxes.value = data
      },
      () => {},
    )
  }, [])
  const { priority, category, inbox } = fresh
  return (
    <div class="grid gap-4 sm:grid-cols-3">
      <Select
        label="Priority"
        value={priority.value}
        choices={PRIORITIES.toReversed().map((name) => ({
          value: name,
          label: name.charAt(0).toUpperCase() + name.slice(1),
        }))}
        onChoose={(value) => {
          priority.value = value
        }}
      />
      {categories.value.length > 0 && (
        <Select
          label="Category"
          value={category.value}
          choices={[
            { value: '', label: 'None' },
            ...categories.value.map((name) => ({ value: name, label: name })),
          ]}
          onChoose={(value) => {
            category.value = value
          }}
        />
      )}
      {inboxes.value.length > 1 && (
        <Select
          label="Inbox"
          value={inbox.value || (inboxes.value[0]?.name ?? '')}
          choices={inboxes.value.map(({ name }) => ({ value: name, label: name }))}
          onChoose={(value) => {
            inbox.value = value
          }}
        />
      )}
    </div>
  )
}

function Files({ files }: { files: Signal<readonly Attachment[]> }) {
  const { busy, add } = useUploads((attachment) => {
    files.value = [...files.value, attachment]
  })
  return (
    <div class="flex flex-wrap items-center gap-2">
      <label class="btn btn-sm focus-within:outline-2">
        <Icon name="clip" /> Attach files
        <input
          type="file"
          multiple
          class="sr-only"
          onChange={(event) => {
            add([...(event.currentTarget.files ?? [])])
            event.currentTarget.value = ''
          }}
        />
      </label>
      {busy.value > 0 && <span class="muted text-sm">Uploading…</span>}
      {files.value.map(({ id, filename, size }) => (
        <span key={id} class="pill max-w-64">
          <bdi class="truncate">{filename ?? 'unnamed file'}</bdi> {sizeOf(size)}
          <button
            type="button"
            aria-label={`Remove ${filename ?? 'the file'}`}
            onClick={() => {
              files.value = files.value.filter((one) => one.id !== id)
            }}
          >
            ✕
          </button>
        </span>
      ))}
    </div>
  )
}
