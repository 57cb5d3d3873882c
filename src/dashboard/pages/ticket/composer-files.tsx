/** The lower edge of a composer: files that go along, and the buttons that send. */
import type { Signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { Icon } from '../../parts/icon.tsx'
import type { Draft } from '../../state/drafts.ts'
import { sizeOf } from './comment-card.tsx'

export function ComposerFiles(props: {
  draft: Signal<Draft>
  busy: number
  /** Is it at the desk, for other devices? */
  isShared?: boolean
  onFiles: (files: Iterable<File>) => void
  children: ComponentChildren
}) {
  const { draft, busy, isShared = false, onFiles } = props
  const input = useRef<HTMLInputElement>(null)
  const drop = (id: number): void => {
    const attachments = draft.value.attachments.filter((one) => one.id !== id)
    draft.value = { ...draft.value, attachments }
  }
  return (
    <div class="p-3">
      {draft.value.attachments.length > 0 && (
        <ul class="mb-2 flex flex-wrap gap-2" aria-label="Files to send">
          {draft.value.attachments.map(({ id, filename, size }) => (
            <li
              key={id}
              class="bg-base-200 flex max-w-64 items-center gap-2 rounded-lg px-2.5 py-1 text-sm"
            >
              <bdi class="truncate">{filename ?? 'unnamed file'}</bdi>
              <span class="muted shrink-0">{sizeOf(size)}</span>
              <button
                type="button"
                class="btn btn-ghost btn-xs btn-square"
                aria-label={`Remove ${filename ?? 'the file'}`}
                onClick={() => drop(id)}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="flex flex-wrap items-center gap-2">
        <input
          ref={input}
          type="file"
          multiple
          class="sr-only"
          tabIndex={-1}
          aria-label="Files to attach"
          onChange={(event) => {
            onFiles([...(event.currentTarget.files ?? [])])
            event.currentTarget.value = ''
          }}
        />
        <button type="button" class="btn btn-sm btn-ghost" onClick={() => input.current?.click()}>
          <Icon name="clip" /> Attach
        </button>
        {busy > 0 && <span class="muted text-sm">Uploading…</span>}
        {draft.value.text !== '' && busy === 0 && (
          <span class="muted hidden text-sm sm:inline">
            {isShared ? 'Draft saved' : 'Draft kept in this browser'}
          </span>
        )}
        <span class="ms-auto flex flex-wrap gap-2">{props.children}</span>
      </div>
    </div>
  )
}
