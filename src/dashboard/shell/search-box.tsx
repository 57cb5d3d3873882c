/** The search of the header: looks in all tickets, or jumps to the one with that number. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { navigate, search } from '../router.ts'

export function SearchBox() {
  const asked = search.value.get('q') ?? ''
  const text = useSignal(asked)
  useEffect(() => {
    text.value = asked
  }, [asked])
  const submit = (event: Event): void => {
    event.preventDefault()
    const words = text.value.trim()
    const number = /^#?(\d+)$/.exec(words)?.[1]
    if (number !== undefined) navigate(`/tickets/${number}`)
    else if (words === '') navigate('/tickets')
    else navigate(`/tickets?${new URLSearchParams({ is: 'all', q: words })}`)
  }
  return (
    <form role="search" class="min-w-0 flex-1" onSubmit={submit}>
      <label class="input input-sm bg-base-200 w-full max-w-md border-transparent">
        <Icon name="search" class="muted size-4" />
        <span class="sr-only">Search tickets</span>
        <input
          id="search"
          type="search"
          dir="auto"
          placeholder="Search, or #number"
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value
          }}
        />
        <kbd class="kbd kbd-xs hidden md:inline-flex" aria-hidden="true">
          /
        </kbd>
      </label>
    </form>
  )
}
