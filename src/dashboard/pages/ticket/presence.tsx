/** Who else has this ticket open, and who is writing: so that nobody answers twice. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { post } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Avatar } from '../../parts/person.tsx'
import { draftOf } from '../../state/drafts.ts'

interface Other {
  readonly id: number
  readonly name: string | null
  readonly state: 'viewing' | 'replying'
}

/** How often one says that one is still there; the desk forgets after a few times. */
const BEAT_MS = 4_000

export function Presence({ id }: { id: number }) {
  const others = useSignal<readonly Other[]>([])
  const isReplying = draftOf(id).value.text.trim() !== ''
  useEffect(() => {
    let isGone = false
    const beat = async (): Promise<void> => {
      if (document.hidden) return
      const state = isReplying ? 'replying' : 'viewing'
      try {
        const answer = await post<{ others: readonly Other[] }>(`/tickets/${id}/presence`, {
          state,
        })
        if (!isGone) others.value = answer.others
      } catch (thrown) {
        others.value = []
        if (asProblem(thrown).status === 404) clearInterval(timer)
      }
    }
    const timer = setInterval(() => void beat(), BEAT_MS)
    void beat()
    return () => {
      isGone = true
      clearInterval(timer)
    }
  }, [id, isReplying])
  useEffect(
    () => () => {
      post(`/tickets/${id}/presence`, { state: 'gone' }, { keepalive: true }).catch(() => {})
    },
    [id],
  )
  if (others.value.length === 0) return null
  return (
    <ul role="status" class="flex flex-col gap-1" aria-label="Also here">
      {others.value.map(({ id: who, name, state }) => (
        <li
          key={who}
          class={`flex items-center gap-2 px-4 text-sm ${state === 'replying' ? 'text-warning font-semibold' : 'muted'}`}
        >
          <Avatar person={{ name, email: null }} size="size-6 text-[0.65rem]" />
          <bdi>{name ?? 'Somebody'}</bdi>{' '}
          {state === 'replying' ? 'is writing…' : 'is looking at this, too'}
        </li>
      ))}
    </ul>
  )
}
