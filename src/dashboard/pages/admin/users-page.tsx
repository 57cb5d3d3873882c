/** People: who waits to be let in, who works here, who writes to us. */
import { useSignal } from '@preact/signals'
import type { User } from '../../api/types.ts'
import { type Column, DataList, usePages } from '../../parts/data-list.tsx'
import { Empty } from '../../parts/feedback.tsx'
import { Icon } from '../../parts/icon.tsx'
import { DeskPage, Tabs } from '../../parts/page.tsx'
import { Avatar, nameOf } from '../../parts/person.tsx'
import { Ago } from '../../parts/time.tsx'
import { search, setSearch } from '../../router.ts'
import { isAdmin } from '../../state/session.ts'
import { InviteDialog } from './invite-dialog.tsx'
import { UserOrders } from './user-orders.tsx'

const GROUPS: Readonly<Record<string, { label: string; query: Record<string, string> }>> = {
  pending: { label: 'Waiting for approval', query: { state: 'pending_approval' } },
  staff: { label: 'Staff', query: { role: 'agent,admin' } },
  customers: { label: 'Customers', query: { role: 'customer' } },
  disabled: { label: 'Disabled', query: { state: 'disabled' } },
}
const STATES: Readonly<Record<string, { tone: string; text: string }>> = {
  contact: { tone: '', text: 'writes by mail' },
  unverified: { tone: '', text: 'address not confirmed' },
  pending_approval: { tone: 'tone-warning', text: 'waits for approval' },
  active: { tone: 'tone-success', text: 'active' },
  disabled: { tone: 'tone-error', text: 'disabled' },
}

export function UsersPage() {
  const group = search.value.get('group')
  const q = search.value.get('q')
  const inviting = useSignal(false)
  const text = useSignal(q ?? '')
  const query = { ...(group === null ? {} : GROUPS[group]?.query), q }
  const pages = usePages<User>('/users', query, ({ type }) => type === 'user.changed')
  const columns: readonly Column<User>[] = [
    { title: 'Person', cell: (user) => <Who user={user} />, class: 'max-md:basis-full' },
    {
      title: 'Role',
      cell: ({ role }) => (
        <span class={`pill ${role === 'customer' ? '' : 'tone-primary'}`}>{role}</span>
      ),
    },
    {
      title: 'State',
      cell: ({ state }) => (
        <span class={`pill ${STATES[state]?.tone ?? ''}`}>{STATES[state]?.text ?? state}</span>
      ),
    },
    {
      title: 'Last sign-in',
      class: 'text-sm max-md:hidden',
      cell: ({ last_login_at: at }) =>
        at === null ? <span class="muted">never</span> : <Ago at={at} />,
    },
    ...(isAdmin.value
      ? [
          {
            title: 'Actions',
            class: 'text-end',
            cell: (user: User) => <UserOrders user={user} again={pages.again} />,
          },
        ]
      : []),
  ]
  const tabs = Object.entries(GROUPS).map(([value, { label }]) => ({ value, label }))
  return (
    <DeskPage
      title="People"
      actions={
        <>
          <form
            onSubmit={(event) => {
              event.preventDefault()
              setSearch({ q: text.value.trim() })
            }}
          >
            <input
              class="input input-sm w-56"
              type="search"
              dir="auto"
              placeholder="Name or address"
              aria-label="Find people"
              value={text.value}
              onInput={(event) => {
                text.value = event.currentTarget.value
              }}
            />
          </form>
          {isAdmin.value && (
            <button
              type="button"
              class="btn btn-sm btn-primary"
              onClick={() => (inviting.value = true)}
            >
              <Icon name="plus" /> Invite
            </button>
          )}
        </>
      }
    >
      <div class="panel overflow-clip">
        <Tabs name="group" label="Group" tabs={[{ value: null, label: 'Everybody' }, ...tabs]} />
        <DataList
          pages={pages}
          columns={columns}
          caption="People"
          empty={
            <Empty icon="users" title={group === 'pending' ? 'Nobody waits' : 'Nobody here'}>
              {group === 'pending' ? 'Who registers appears here by itself.' : 'Nobody matches.'}
            </Empty>
          }
        />
      </div>
      {inviting.value && (
        <InviteDialog
          onClose={() => {
            inviting.value = false
            pages.again()
          }}
        />
      )}
    </DeskPage>
  )
}

const Who = ({ user }: { user: User }) => (
  <span class="flex min-w-0 items-center gap-3">
    <Avatar person={user} size="size-8 text-xs" />
    <span class="min-w-0">
      <span class="block max-w-72 truncate font-medium">
        <bdi>{nameOf(user)}</bdi>
      </span>
      {user.name !== null && (
        <span class="muted block max-w-72 truncate text-sm">{user.email}</span>
      )}
    </span>
  </span>
)
