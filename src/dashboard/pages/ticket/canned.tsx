/** Answers that are given often: put into what one writes, filled in for this ticket. */
import type { Signal } from '@preact/signals'
import { get, post } from '../../api/client.ts'
import type { Page } from '../../api/types.ts'
import { askedFor } from '../../parts/ask.tsx'
import { Select } from '../../parts/field.tsx'
import type { Draft } from '../../state/drafts.ts'
import { useLoad } from '../../state/load.ts'
import { attempt } from '../../state/toasts.ts'

interface CannedReply {
  readonly id: number
  readonly name: string
}

const KEEP = 'keep'

export function Canned({ ticketId, draft }: { ticketId: number; draft: Signal<Draft> }) {
  const replies = useLoad('canned', () => get<Page<CannedReply>>('/canned-replies'))
  const known = replies.data.value?.data ?? []
  const written = draft.value.text.trim()
  if (known.length === 0 && written === '') return null
  const insert = async (id: string): Promise<void> => {
    const { text } = await post<{ text: string }>(`/canned-replies/${id}/render`, {
      ticket: ticketId,
    })
    const before = draft.peek().text
    draft.value = { ...draft.peek(), text: before.trim() === '' ? text : `${before}\n\n${text}` }
    document.getElementById('composer')?.focus()
  }
  const keep = async (): Promise<void> => {
    const name = await askedFor({
      title: 'Keep this answer',
      label: 'Name of this answer',
      confirm: 'Keep it',
    })
    if (name === null) return
    const kept = await attempt(
      () => post('/canned-replies', { name, text: written }),
      'It is kept.',
    )
    if (kept) replies.again()
  }
  return (
    <span class="ms-auto">
      <Select
        label="Ready answers"
        hideLabel
        class="w-40"
        value=""
        choices={[
          { value: '', label: 'Ready answers' },
          ...known.map(({ id, name }) => ({ value: String(id), label: name })),
          ...(written === '' ? [] : [{ value: KEEP, label: 'Keep this text…' }]),
        ]}
        onChoose={(value) => {
          if (value === KEEP) void keep()
          else if (value !== '') void attempt(() => insert(value))
        }}
      />
    </span>
  )
}
