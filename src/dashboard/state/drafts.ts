/** What somebody is writing, kept in this browser until it is sent. */
import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import type { Attachment } from '../api/types.ts'
import { readStored, writeStored } from './storage.ts'
import { user } from './session.ts'

export interface Draft {
  readonly text: string
  readonly isNote: boolean
  readonly attachments: readonly Attachment[]
}

export const NO_DRAFT: Draft = { text: '', isNote: false, attachments: [] }
const open = new Map<string, Signal<Draft>>()

/** Drafts are their writer's: whoever signs in next in this browser does not see them. */
const keyOf = (ticketId: number): string => `draft.${user.peek()?.id ?? 0}.${ticketId}`

/** The same signal for everybody who asks for this ticket's. */
export function draftOf(ticketId: number): Signal<Draft> {
  const key = keyOf(ticketId)
  const known = open.get(key)
  if (known !== undefined) return known
  const draft = signal(readStored<Draft>(key, NO_DRAFT))
  draft.subscribe((value) => {
    const isEmpty = value.text === '' && value.attachments.length === 0
    writeStored(key, isEmpty ? null : value)
  })
  open.set(key, draft)
  return draft
}

export function attach(draft: Signal<Draft>, attachment: Attachment): void {
  draft.value = { ...draft.peek(), attachments: [...draft.peek().attachments, attachment] }
}
