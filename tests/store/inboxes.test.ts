import { expect, test } from 'vitest'
import { ensureInbox, listInboxRows } from '../../src/store/inboxes.ts'
import type { Store } from '../../src/store/open.ts'
import { eachDatabase } from '../kit/databases.ts'
import { AT, migrated, stores } from './a-store.ts'

/** The store comes with an inbox `Support` <support@acme.test>, id 1. */
eachDatabase(
  'the rows of inboxes',
  (fresh) => {
    const start = stores(fresh)
    const ensure = (store: Store, name: string, address: string, names: readonly string[]) =>
      store.transaction((tx) => ensureInbox(tx, { name, address }, names, AT))

    test('an inbox keeps its row under its name, whatever its address', async () => {
      const store = await start()
      expect(await ensure(store, 'Support', 'help@acme.test', ['Support'])).toBe(1)
      expect(await listInboxRows(store.read)).toMatchObject([
        { id: 1, name: 'Support', address: 'help@acme.test' },
      ])
    })

    test('an inbox that is called otherwise now keeps its row by its address', async () => {
      const store = await start()
      expect(await ensure(store, 'Help desk', 'support@acme.test', ['Help desk'])).toBe(1)
      expect(await listInboxRows(store.read)).toMatchObject([{ id: 1, name: 'Help desk' }])
    })

    test('a second inbox with the same address is another one', async () => {
      const store = await start()
      const names = ['Support', 'Sales']
      expect(await ensure(store, 'Support', 'support@acme.test', names)).toBe(1)
      expect(await ensure(store, 'Sales', 'support@acme.test', names)).toBe(2)
    })

    test('which of two former ones was renamed cannot be told: it is a new one', async () => {
      const store = await start()
      await ensure(store, 'Sales', 'support@acme.test', ['Support', 'Sales'])
      expect(await ensure(store, 'New', 'support@acme.test', ['New'])).toBe(3)
    })
  },
  migrated,
)
