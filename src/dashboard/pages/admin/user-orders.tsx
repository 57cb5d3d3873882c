/** What an admin can do about one person. Nothing far-reaching happens without a question. */
import { patch, post, remove } from '../../api/client.ts'
import type { User } from '../../api/types.ts'
import { confirmed, type Question } from '../../parts/dialog.tsx'
import { nameOf } from '../../parts/person.tsx'
import { attempt } from '../../state/toasts.ts'
import { user as self } from '../../state/session.ts'

interface Order {
  readonly label: string
  readonly run: () => Promise<unknown>
  readonly done: string
  readonly question?: Question
  readonly main?: boolean
}

const UP: Readonly<Record<string, string>> = {
  customer: 'He will see every ticket and answer customers.',
  agent: 'He will manage people, mail and the desk itself.',
}

function ordersFor(user: User): Order[] {
  const { id, role, state } = user
  const path = `/users/${id}`
  const name = nameOf(user)
  if (state === 'pending_approval') {
    return [
      {
        label: 'Approve',
        run: () => post(`${path}/approve`),
        done: `${name} may come in.`,
        main: true,
      },
      {
        label: 'Reject',
        run: () => post(`${path}/reject`),
        done: `${name} was rejected.`,
        question: {
          title: `Reject ${name}?`,
          text: 'A mail says so.',
          confirm: 'Reject',
          dangerous: true,
        },
      },
    ]
  }
  const orders: Order[] = []
  if (state === 'active' && role !== 'admin') {
    orders.push({
      label: 'Promote',
      run: () => post(`${path}/promote`),
      done: `${name} was promoted.`,
      question: { title: `Promote ${name}?`, text: UP[role] ?? '', confirm: 'Promote' },
    })
  }
  if (state === 'active' && role !== 'customer') {
    const text =
      role === 'admin'
        ? 'He becomes an agent.'
        : 'He becomes a customer and sees his own tickets only.'
    orders.push({
      label: 'Demote',
      run: () => post(`${path}/demote`),
      done: `${name} was demoted.`,
      question: { title: `Demote ${name}?`, text, confirm: 'Demote' },
    })
  }
  if (state === 'active') orders.push(disabling(user, name))
  if (state === 'disabled') {
    orders.push({
      label: 'Enable',
      run: () => patch(path, { disabled: false }),
      done: `${name} may come in again.`,
    })
  }
  return [...orders, deleting(user, name)]
}

const disabling = ({ id }: User, name: string): Order => ({
  label: 'Disable',
  run: () => patch(`/users/${id}`, { disabled: true }),
  done: `${name} is disabled.`,
  question: {
    title: `Disable ${name}?`,
    text: 'He is signed out everywhere and cannot come back until you enable him.',
    confirm: 'Disable',
    dangerous: true,
  },
})

const deleting = ({ id, email }: User, name: string): Order => ({
  label: 'Delete',
  run: () => remove(`/users/${id}`),
  done: `${name} was deleted.`,
  question: {
    title: `Delete ${name}?`,
    text: 'The account goes for good. His tickets stay, and nobody can tell whose they were.',
    confirm: 'Delete',
    dangerous: true,
    typed: email,
  },
})

export function UserOrders({ user, again }: { user: User; again: () => void }) {
  if (user.id === self.value?.id) return <span class="muted text-sm">you</span>
  const give = async ({ run, done, question }: Order): Promise<void> => {
    if (question === undefined || (await confirmed(question))) await attempt(run, done)
    again()
  }
  return (
    <span class="flex flex-wrap justify-end gap-1.5">
      {ordersFor(user).map((order) => (
        <button
          key={order.label}
          type="button"
          class={`btn btn-xs ${order.main ? 'btn-primary' : ''}`}
          onClick={() => void give(order)}
        >
          {order.label}
        </button>
      ))}
    </span>
  )
}
