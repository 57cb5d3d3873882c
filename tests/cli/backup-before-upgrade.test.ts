/** With `migrate: manual` a person makes a backup and then migrates, so the backup is of the older schema. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { migrate, schemaVersion } from '../../src/store/migrate.ts'
import { openStore, type Store } from '../../src/store/open.ts'
import { migrations } from '../../migrations/index.ts'
import { eachDatabase, type TestDatabase } from '../kit/databases.ts'
import { run } from './run-program.ts'

const NEWEST = Math.max(...migrations.map(({ version }) => version))

eachDatabase('a backup before the migration', (fresh, kind) => {
  /** A desk of an older version, with one user, and the command line for it. */
  async function olderDesk(version: number) {
    const { url, dataDir }: TestDatabase = await fresh()
    const file = path.join(dataDir, 'postroom.yaml')
    writeFileSync(file, `data_dir: .\ndatabase: ${url}\nmigrate: manual\n`)
    const withStore = async <T>(work: (store: Store) => Promise<T>): Promise<T> => {
      const store = await openStore(loadConfig(file, {}).database)
      try {
        return await work(store)
      } finally {
        await store.close()
      }
    }
    if (version > 0) {
      await withStore(async (store) => {
        await migrate(store, new Date(0), version)
        const user = { email: 'ana@acme.test', role: 'customer', state: 'active', created_at: 0 }
        await store.transaction((tx) => tx('users').insert(user))
      })
    }
    return {
      dataDir,
      withStore,
      postroom: (...words: string[]) => run([...words, '--config', file]),
    }
  }

  test('is made, is whole, and can be restored; nothing was migrated', async () => {
    const { dataDir, withStore, postroom } = await olderDesk(NEWEST - 1)
    const [backup, restored] = [path.join(dataDir, 'backup'), path.join(dataDir, 'restored')]
    expect(await postroom('backup', backup)).toMatchObject({ code: 0, stderr: '' })
    expect(await withStore(schemaVersion)).toBe(NEWEST - 1)
    expect(await postroom('restore', backup, '--check')).toMatchObject({ code: 0 })
    expect((await postroom('restore', backup, '--to', restored)).code).toBe(0)
    const copy = await openStore({ kind: 'sqlite', file: path.join(restored, 'postroom.db') })
    expect(await schemaVersion(copy)).toBe(NEWEST - 1)
    await migrate(copy, new Date(0))
    expect(await copy.read('users').select('email')).toEqual([{ email: 'ana@acme.test' }])
    await copy.close()
  })

  test('of nothing at all is refused', async () => {
    const { dataDir, postroom } = await olderDesk(0)
    const { code, stderr } = await postroom('backup', path.join(dataDir, 'backup'))
    // SQLite's file is made by whoever opens it first.
    const [says, exit] = kind === 'sqlite' ? ['does not exist', 2] : ['postroom migrate up', 78]
    expect(stderr).toContain(says)
    expect(code).toBe(exit)
  })
})
