/** The frame around every page of the desk: header, navigation, the page itself. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { address, path } from '../router.ts'
import { isStaff } from '../state/session.ts'
import { CommandBar } from './command-bar.tsx'
import { ConnectionChip } from './connection-chip.tsx'
import { useFocusOnNewPage } from './focus-keeper.ts'
import { useGlobalKeys } from './global-keys.ts'
import { Navigation } from './navigation.tsx'
import { pageAt } from './pages.tsx'
import { SearchBox } from './search-box.tsx'
import { helpShown, ShortcutHelp } from './shortcut-help.tsx'
import { UserMenu } from './user-menu.tsx'

export function Shell() {
  const open = useSignal(false)
  const here = address.value
  useEffect(() => {
    open.value = false
  }, [here])
  const Page = pageAt(path.value)
  useFocusOnNewPage(path.value)
  return (
    <div class="bg-base-200 min-h-dvh lg:grid lg:grid-cols-[14.5rem_minmax(0,1fr)]">
      <a
        href="#main"
        class="btn btn-primary btn-sm fixed start-3 top-2 z-50 -translate-y-16 focus:translate-y-0"
      >
        Skip to the content
      </a>
      <aside
        class={`border-base-300 bg-base-200 border-e lg:sticky lg:top-0 lg:block lg:h-dvh lg:overflow-y-auto ${open.value ? 'fixed inset-y-0 start-0 z-40 block w-72 overflow-y-auto shadow-2xl' : 'hidden'}`}
      >
        <Brand />
        <Navigation />
      </aside>
      {open.value && (
        <button
          type="button"
          class="fixed inset-0 z-30 bg-black/40 lg:hidden"
          aria-label="Close the menu"
          onClick={() => {
            open.value = false
          }}
        />
      )}
      <div class="flex min-w-0 flex-col">
        <Header menu={open} />
        <main id="main" tabIndex={-1} class="min-w-0 flex-1 outline-none">
          <Page />
        </main>
      </div>
      {isStaff.value && <StaffTools />}
    </div>
  )
}

function StaffTools() {
  useGlobalKeys()
  return (
    <>
      <CommandBar />
      <ShortcutHelp />
    </>
  )
}

const Brand = () => (
  <a href="/tickets" class="flex h-14 items-center gap-2.5 px-5 font-semibold tracking-tight">
    <img src="/icon.svg" alt="" class="size-7" />
    Postroom
  </a>
)

const Header = ({ menu }: { menu: { value: boolean } }) => (
  <header class="border-base-300 bg-base-100 sticky top-0 z-20 flex h-14 items-center gap-2 border-b px-3 sm:px-5">
    <button
      type="button"
      class="btn btn-ghost btn-square btn-sm lg:hidden"
      aria-label="Menu"
      aria-expanded={menu.value}
      onClick={() => {
        menu.value = !menu.value
      }}
    >
      <Icon name="menu" class="size-5" />
    </button>
    {isStaff.value ? <SearchBox /> : <span class="flex-1" />}
    {isStaff.value && (
      <button
        type="button"
        class="btn btn-ghost btn-square btn-sm hidden sm:inline-flex"
        aria-label="Keys"
        title="Keys (?)"
        onClick={() => (helpShown.value = true)}
      >
        <Icon name="help" class="size-5" />
      </button>
    )}
    <ConnectionChip />
    <UserMenu />
  </header>
)
