/** What an admin can do about an inbox: test it, have it looked through, pause it. */
import { useSignal } from '@preact/signals'
import { post } from '../../api/client.ts'
import type { Inbox } from '../../api/types.ts'
import { attempt } from '../../state/toasts.ts'

interface Tested {
  readonly ok: boolean
  readonly detail: string
}

export function InboxOrders({ inbox, again }: { inbox: Inbox; again: () => void }) {
  const path = `/inboxes/${inbox.id}`
  const tested = useSignal<Readonly<Record<string, Tested>> | null>(null)
  const busy = useSignal(false)
  const isPaused = inbox.paused_at !== null
  const test = async (): Promise<void> => {
    if (busy.peek()) return
    busy.value = true
    tested.value = null
    await attempt(async () => {
      tested.value = await post<Readonly<Record<string, Tested>>>(`${path}/test`)
    })
    busy.value = false
  }
  const order = (verb: string, done: string): void => {
    void attempt(() => post(`${path}/${verb}`), done).then(again)
  }
  return (
    <>
      <p class="mt-5 flex flex-wrap gap-2">
        <button
          type="button"
          class="btn btn-sm"
          aria-disabled={busy.value}
          onClick={() => void test()}
        >
          {busy.value && <span class="loading loading-spinner loading-xs" />} Test
        </button>
        <button
          type="button"
          class="btn btn-sm"
          onClick={() => order('sync', 'The whole folder is compared.')}
        >
          Look through
        </button>
        <button
          type="button"
          class="btn btn-sm"
          onClick={() =>
            order(
              isPaused ? 'resume' : 'pause',
              isPaused ? 'Mail is fetched again.' : 'No mail is fetched.',
            )
          }
        >
          {isPaused ? 'Go on' : 'Pause'}
        </button>
      </p>
      {tested.value !== null && (
        <ul class="mt-3 flex flex-col gap-1.5 text-sm" role="status">
          {Object.entries(tested.value).map(([side, result]) => (
            <li key={side} class="flex items-start gap-2">
              <span class={`pill ${result.ok ? 'tone-success' : 'tone-error'}`}>
                {side.toUpperCase()} {result.ok ? 'works' : 'does not work'}
              </span>
              <span class="written">{result.detail}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
