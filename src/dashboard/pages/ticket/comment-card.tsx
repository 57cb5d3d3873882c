/** One thing that was said. A note among agents looks like nothing a customer ever gets. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { apiPath } from '../../api/client.ts'
import type { Attachment, Comment } from '../../api/types.ts'
import { Icon } from '../../parts/icon.tsx'
import { Avatar, nameOf } from '../../parts/person.tsx'
import { Ago } from '../../parts/time.tsx'
import { isStaff } from '../../state/session.ts'
import { Authentication } from './authentication.tsx'
import { Deliveries } from './deliveries.tsx'

const SOURCES: Readonly<Record<string, string>> = { email: 'by mail', api: '', web: '' }

export function CommentCard({ comment, tools }: { comment: Comment; tools?: ComponentChildren }) {
  const isNote = comment.visibility === 'internal'
  const theirs = comment.author.type === 'agent' ? OURS : THEIRS
  const look = isNote ? NOTE : theirs
  return (
    <article
      id={`comment-${comment.id}`}
      class={`rounded-box border p-4 sm:p-5 ${look}`}
      aria-label={`${isNote ? 'Internal note' : 'Message'} of ${nameOf(comment.author)}`}
      data-visibility={comment.visibility}
    >
      {isNote && (
        <p class="text-warning mb-2 flex items-center gap-1.5 text-sm font-semibold">
          <Icon name="lock" /> Internal note – never sent to the customer
        </p>
      )}
      <header class="mb-2.5 flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <Avatar person={comment.author} />
        <bdi class="font-semibold">{nameOf(comment.author)}</bdi>
        {isStaff.value && comment.author.email !== null && comment.author.name !== null && (
          <bdi class="muted text-sm break-all max-sm:hidden">{comment.author.email}</bdi>
        )}
        {isStaff.value && <Authentication comment={comment} />}
        <span class="ms-auto flex items-center gap-1">
          <span class="muted text-sm">
            {SOURCES[comment.source]} <Ago at={comment.created_at} />
            {comment.edited_at !== null && ' · corrected'}
          </span>
          {tools}
        </span>
      </header>
      {comment.deleted_at === null ? (
        <Body comment={comment} />
      ) : (
        <p class="muted italic">This was withdrawn.</p>
      )}
      <Attachments attachments={comment.attachments} />
      {isStaff.value && <Deliveries comment={comment} />}
    </article>
  )
}

const NOTE = 'note-paper border-dashed'
const OURS =
  'border-primary/20 bg-[color-mix(in_oklab,var(--color-primary)_4%,var(--color-base-100))]'
const THEIRS = 'border-base-300 bg-base-100'

function Body({ comment }: { comment: Comment }) {
  const quoted = useSignal(false)
  const formatted = useSignal(false)
  const hasSource = comment.source === 'email' && isStaff.value
  return (
    <>
      {formatted.value ? <MailFrame comment={comment} /> : <p class="written">{comment.text}</p>}
      {quoted.value && !formatted.value && (
        <blockquote class="written border-base-300 muted mt-3 border-s-2 ps-3 text-sm">
          {comment.quoted_text}
        </blockquote>
      )}
      {(comment.quoted_text !== '' || comment.html !== null || hasSource) && (
        <p class="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-sm">
          {comment.quoted_text !== '' && !formatted.value && (
            <Toggle of={quoted} on="Hide quoted text" off="Show quoted text" />
          )}
          {comment.html !== null && (
            <Toggle of={formatted} on="Show as plain text" off="Show original formatting" />
          )}
          {hasSource && (
            <a class="link muted" href={`/api/v1/comments/${comment.id}/source`} download>
              Original mail (.eml)
            </a>
          )}
        </p>
      )}
    </>
  )
}

const Toggle = (props: { of: { value: boolean }; on: string; off: string }) => (
  <button
    type="button"
    class="link muted"
    aria-expanded={props.of.value}
    onClick={() => {
      props.of.value = !props.of.value
    }}
  >
    {props.of.value ? props.on : props.off}
  </button>
)

/** A document of its own without scripts, origin or network: whatever the mail says stays in it. */
const MailFrame = ({ comment }: { comment: Comment }) => (
  <iframe
    class="rounded-field border-base-300 h-96 w-full resize-y border bg-white"
    title={`Formatted message of ${nameOf(comment.author)}`}
    sandbox="allow-popups allow-popups-to-escape-sandbox"
    referrerpolicy="no-referrer"
    src={apiPath(`/comments/${comment.id}/page`)}
  />
)

const UNITS: readonly [number, string][] = [
  [1_000_000, 'MB'],
  [1_000, 'kB'],
]

export function sizeOf(bytes: number): string {
  const [unit, name] = UNITS.find(([least]) => bytes >= least) ?? [1, 'B']
  return `${(bytes / unit).toFixed(bytes / unit < 10 && unit > 1 ? 1 : 0)} ${name}`
}

export const Attachments = ({ attachments }: { attachments: readonly Attachment[] }) =>
  attachments.length === 0 ? null : (
    <ul class="mt-3 flex flex-wrap gap-2" aria-label="Attachments">
      {attachments.map(({ id, filename, size }) => (
        <li key={id}>
          <a
            class="panel hover:bg-base-200 flex max-w-72 items-center gap-2 rounded-lg px-3 py-1.5 text-sm"
            href={apiPath(`/attachments/${id}`)}
            download
          >
            <Icon name="clip" />
            <bdi class="truncate">{filename ?? 'unnamed file'}</bdi>
            <span class="muted shrink-0">{sizeOf(size)}</span>
          </a>
        </li>
      ))}
    </ul>
  )
