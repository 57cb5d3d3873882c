/** `postroom user add|list|role|approve|disable|delete`. */
import type { Config } from '../config.ts'
import { deleteUser, type TicketFate } from '../desk/delete-user.ts'
import {
  addUser,
  approveUser,
  changeRole,
  disableUser,
  getUserByEmail,
} from '../desk/manage-users.ts'
import { EXIT, OperatorError } from '../errors.ts'
import { nameText } from '../mail/header-text.ts'
import { listUsers } from '../store/users.ts'
import { type Role, ROLES, type User } from '../ticket/user.ts'
import type { ExplainIo } from './explain.ts'
import { addressArgument, withWorkplace } from './with-workplace.ts'

const PAGE = 500

function roleArgument(text: string): Role {
  const role = ROLES.find((known) => known === text)
  if (role !== undefined) return role
  throw new OperatorError(EXIT.usage, `"${text}" is not a role; known are ${ROLES.join(', ')}.`)
}

export async function addUserCommand(
  config: Config,
  input: { email: string; name: string; role: string },
  io: ExplainIo,
): Promise<number> {
  const email = addressArgument(input.email)
  const role = roleArgument(input.role)
  const name = nameText(input.name)
  if (name === '') throw new OperatorError(EXIT.usage, 'The name is empty.')
  return withWorkplace(config, async ({ store }) => {
    const { user, created } = await store.transaction((tx) =>
      addUser(tx, { email, name, role }, new Date()),
    )
    io.stderr.write(
      created
        ? `${user.email} is now an active ${user.role}.\n`
        : `${user.email} is there already (${user.role}, ${user.state}); nothing was changed.\n`,
    )
    return 0
  })
}

export async function changeRoleCommand(
  config: Config,
  input: { email: string; role: string },
  io: ExplainIo,
): Promise<number> {
  const email = addressArgument(input.email)
  const role = roleArgument(input.role)
  return withWorkplace(config, async ({ store }) => {
    const user = await store.transaction(async (tx) =>
      changeRole(tx, { user: await getUserByEmail(tx, email), role }, new Date()),
    )
    io.stderr.write(`${user.email} is now ${user.role}.\n`)
    return 0
  })
}

/** For an address that its owner could not prove, the operator vouches. */
export async function approveUserCommand(
  config: Config,
  { email }: { email: string },
  io: ExplainIo,
): Promise<number> {
  const address = addressArgument(email)
  return withWorkplace(config, async ({ store, context }) => {
    const user = await store.transaction(async (tx) => {
      const found = await getUserByEmail(tx, address)
      return approveUser(tx, context, { user: found, unproven: true }, new Date())
    })
    io.stderr.write(`${user.email} is now an active ${user.role}.\n`)
    return 0
  })
}

export async function disableUserCommand(
  config: Config,
  { email }: { email: string },
  io: ExplainIo,
): Promise<number> {
  const address = addressArgument(email)
  return withWorkplace(config, async ({ store }) => {
    const user = await store.transaction(async (tx) =>
      disableUser(tx, { user: await getUserByEmail(tx, address) }, new Date()),
    )
    io.stderr.write(`${user.email} is now disabled.\n`)
    return 0
  })
}

export async function deleteUserCommand(
  config: Config,
  { email, tickets }: { email: string; tickets: TicketFate },
  io: ExplainIo,
): Promise<number> {
  const address = addressArgument(email)
  return withWorkplace(config, async ({ store }) => {
    await store.transaction(async (tx) => {
      const user = await getUserByEmail(tx, address)
      await deleteUser(tx, { user, tickets, author: null }, new Date())
    })
    io.stderr.write(`${address} is deleted.\n`)
    return 0
  })
}

export async function listUsersCommand(
  config: Config,
  { json }: { json: boolean },
  io: ExplainIo,
): Promise<number> {
  return withWorkplace(config, async ({ store }) => {
    let afterId = 0
    const everybody: User[] = []
    for (;;) {
      const page = await listUsers(store.read, { afterId, limit: PAGE })
      everybody.push(...page)
      const last = page.at(-1)
      if (last === undefined) break
      afterId = last.id
    }
    io.stdout.write(json ? `${JSON.stringify(everybody.map(shown), null, 2)}\n` : table(everybody))
    return 0
  })
}

const shown = (user: User) => ({
  id: user.id,
  email: user.email,
  name: user.name,
  role: user.role,
  state: user.state,
  locale: user.locale,
  created_at: user.createdAt.toISOString(),
  last_login_at: user.lastLoginAt?.toISOString() ?? null,
})

function table(users: readonly User[]): string {
  const width = Math.max(5, ...users.map(({ email }) => email.length))
  return users
    .map(({ email, role, state, name }) =>
      `${email.padEnd(width)}  ${role.padEnd(8)}  ${state.padEnd(16)}  ${name ?? ''}`.trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}
