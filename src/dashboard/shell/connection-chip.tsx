/** How fresh the page is. It never claims to be live when it is not. */
import { connection, freshAt } from '../api/events.ts'
import { address } from '../router.ts'
import { expired } from '../state/session.ts'

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

export function ConnectionChip() {
  if (expired.value) {
    return (
      <a
        class="pill tone-warning"
        href={`/sign-in?to=${encodeURIComponent(address.value)}`}
        target="_self"
      >
        Signed out – sign in
      </a>
    )
  }
  const state = connection.value
  const since = clock.format(freshAt.value)
  const shown = {
    live: { tone: 'tone-success', mark: '●', text: 'Live' },
    connecting: { tone: '', mark: '◌', text: 'Connecting' },
    reconnecting: { tone: 'tone-warning', mark: '◌', text: 'Reconnecting' },
    offline: { tone: 'tone-error', mark: '○', text: 'Offline' },
  }[state]
  const more =
    state === 'live'
      ? 'Changes appear at once'
      : `Data from ${since}. What you write is kept in this browser.`
  return (
    <span class={`pill ${shown.tone}`} role="status" title={more} data-connection={state}>
      <span aria-hidden="true">{shown.mark}</span>
      <span class="max-sm:sr-only">{shown.text}</span>
      {(state === 'reconnecting' || state === 'offline') && (
        <span class="hidden font-normal lg:inline">data from {since}</span>
      )}
    </span>
  )
}
