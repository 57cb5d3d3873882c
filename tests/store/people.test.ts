import { expect, test } from 'vitest'
import { addParticipant, listParticipants } from '../../src/store/participants.ts'
import { insertTicket } from '../../src/store/tickets.ts'
import {
  countOtherAdmins,
  ensureContact,
  ensureUser,
  listAgents,
  listUsers,
  markProven,
  findUserByEmail,
  updateUser,
} from '../../src/store/users.ts'
import { ensureSecrets } from '../../src/store/secrets.ts'
import { eachDatabase } from '../kit/databases.ts'
import { anAddress } from '../kit/desk-context.ts'
import { AT, later, migrated, open, stores } from './a-store.ts'

const ANA = anAddress('ana@customer.test')

eachDatabase(
  'people',
  (fresh) => {
    const start = stores(fresh)

    test('whoever writes is one contact, however many of his mails come at once', async () => {
      const store = await start()
      const all = await Promise.all(
        Array.from({ length: 10 }, () =>
          store.transaction((tx) => ensureContact(tx, { address: ANA, name: null }, AT)),
        ),
      )
      expect(new Set(all.map(({ id }) => id)).size).toBe(1)
      expect(all[0]).toMatchObject({ role: 'customer', state: 'contact' })
    })

    test('a contact’s name is learned once; a user’s own name is not touched by mail', async () => {
      const store = await start()
      const named = (name: string | null, address = ANA) =>
        store.transaction((tx) => ensureContact(tx, { address, name }, AT))
      expect([await named(null), await named('Ana'), await named('Eve')]).toMatchObject([
        { name: null },
        { name: 'Ana' },
        { name: 'Ana' },
      ])
      const bruno = anAddress('bruno@acme.test')
      const agent = { email: bruno, name: null, role: 'agent', state: 'active' } as const
      await store.transaction((tx) => ensureUser(tx, agent, AT))
      expect(await named('Forged', bruno)).toMatchObject({ role: 'agent', name: null })
    })

    test('only the first proof is kept', async () => {
      const store = await start()
      const { id } = await store.transaction((tx) =>
        ensureContact(tx, { address: ANA, name: null }, AT),
      )
      for (const at of [later(1), later(2)]) await store.transaction((tx) => markProven(tx, id, at))
      expect((await findUserByEmail(store.read, ANA))?.provenAt).toEqual(later(1))
    })

    test('notices go to active agents; admins are counted while they are active', async () => {
      const store = await start()
      const add = (email: string, role: 'agent' | 'admin') =>
        store.transaction((tx) =>
          ensureUser(tx, { email: anAddress(email), name: null, role, state: 'active' }, AT),
        )
      await add('bruno@acme.test', 'agent')
      const { user: gone } = await add('gone@acme.test', 'agent')
      const { user: carla } = await add('carla@acme.test', 'admin')
      const { user: dora } = await add('dora@acme.test', 'admin')
      await store.transaction((tx) => updateUser(tx, gone.id, { state: 'disabled' }))
      expect((await listAgents(store.read)).map(({ email }) => email)).toEqual(['bruno@acme.test'])
      expect(await store.transaction((tx) => countOtherAdmins(tx, carla.id))).toBe(1)
      await store.transaction((tx) => updateUser(tx, dora.id, { state: 'disabled' }))
      expect(await store.transaction((tx) => countOtherAdmins(tx, carla.id))).toBe(0)
    })

    test('users are listed oldest first, page by page', async () => {
      const store = await start()
      for (const name of ['a', 'b', 'c']) {
        const who = { address: anAddress(`${name}@customer.test`), name: null }
        await store.transaction((tx) => ensureContact(tx, who, AT))
      }
      const first = await listUsers(store.read, { limit: 2 })
      const rest = await listUsers(store.read, { limit: 2, afterId: first[1]?.id ?? 0 })
      expect([...first, ...rest].map(({ email }) => email[0])).toEqual(['a', 'b', 'c'])
    })

    test('participants: the requester first, then in the order they joined, each once', async () => {
      const store = await start()
      const users = await store.transaction(async (tx) => {
        const made = []
        for (const name of ['late', 'early', 'ana']) {
          const address = anAddress(`${name}@customer.test`)
          made.push(await ensureContact(tx, { address, name: null }, AT))
        }
        return made
      })
      const [late, early, ana] = users.map(({ id }) => id)
      const people = await store.transaction(async (tx) => {
        const base = { status: 'open', statusCategory: 'open', priority: 'normal' } as const
        const none = {
          commentsCount: 0,
          category: null,
          tags: [],
          fields: {},
          followUpOf: null,
          locale: null,
          threadIndex: null,
          waitingSince: null,
          firstAnsweredAt: null,
        }
        const about = {
          subject: 'x',
          inboxId: 1,
          requesterId: null,
          requesterSource: 'api',
        } as const
        const ticket = await insertTicket(tx, { ...base, ...none, ...about }, AT)
        const join = (userId: number | undefined, role: 'requester' | 'cc', ms: number) =>
          addParticipant(tx, { ticketId: ticket.id, userId: userId ?? 0, role }, later(ms))
        await join(early, 'cc', 1)
        await join(late, 'cc', 2)
        await join(ana, 'requester', 3)
        expect(await join(early, 'cc', 4)).toBe(false)
        return listParticipants(tx, [ticket.id])
      })
      expect(people.map(({ email }) => email.split('@')[0])).toEqual(['ana', 'early', 'late'])
    })

    test('daemons that start together agree on one key', async () => {
      const database = await fresh()
      const all = await Promise.all([open(database), open(database), open(database)])
      let made = 0
      const make = () => {
        made += 1
        return Buffer.from(`key ${made}`)
      }
      const keys = await Promise.all(all.map((store) => ensureSecrets(store, 'token', make, AT)))
      for (const store of all) await store.close()
      expect(new Set(keys.map(([key]) => String(key?.value))).size).toBe(1)
      expect(keys.map((secrets) => secrets.length)).toEqual([1, 1, 1])
    })
  },
  migrated,
)
