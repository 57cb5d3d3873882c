/** An agent may be the customer of a ticket; other customers on it do not learn his address. */
import { expect, test } from 'vitest'
import { updateUser } from '../../src/store/users.ts'
import { eachDatabase } from '../kit/databases.ts'
import { apiStarter, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'
import { mailsTo } from './lena.ts'

const TICKET = '/api/v1/tickets/1'

/** Dora, an agent, asks something; Ana, a customer, is copied. */
async function asked(api: TestApi, name: string | null) {
  const dora = await api.tokenFor({ email: 'dora@staff.test', role: 'agent', name })
  const opening = { subject: 'Printer', text: 'It burns.', participants: ['ana@customers.test'] }
  expect((await dora.client.post('/api/v1/tickets', opening)).status).toBe(201)
  return dora
}

const answered = async ({ bruno }: TestApi) =>
  expect((await bruno.post(`${TICKET}/comments`, { text: 'Use water.' })).status).toBe(201)

/** As it was before lines were folded. */
const whole = (mail: string | undefined): string =>
  (mail ?? '').replace(/=\r?\n/g, '').replace(/\r?\n[ \t]/g, ' ')

eachDatabase(
  'an agent who is the requester of a ticket',
  (fresh) => {
    const start = apiStarter(fresh)

    test('is a name without an address to the customers on it', async () => {
      const api = await start()
      const { user } = await asked(api, 'Dora')
      const { body } = await api.ana.get(TICKET)
      expect(body).toMatchObject({
        requester: { id: user.id, name: 'Dora', email: null },
        participants: [
          { name: 'Dora', email: null, role: 'requester' },
          { email: 'ana@customers.test', role: 'cc' },
        ],
      })
      const [comment] = await api.ana.all(`${TICKET}/comments`)
      expect(comment).toMatchObject({
        text: 'It burns.',
        author: { type: 'customer', id: user.id, name: 'Dora', email: null },
      })
      expect((await api.bruno.get(TICKET)).body).toMatchObject({
        requester: { email: 'dora@staff.test' },
        participants: [{ email: 'dora@staff.test' }, { email: 'ana@customers.test' }],
      })
    })

    test.each(['txt', 'html', 'mbox', 'json'])('is the desk in a %s transcript', async (format) => {
      const api = await start()
      await asked(api, null)
      const path = `${TICKET}/transcript?format=${format}`
      const shown = await api.ana.get(path)
      expect(shown.status).toBe(200)
      expect(JSON.stringify(shown.body)).not.toContain('dora@staff.test')
      expect(JSON.stringify((await api.bruno.get(path)).body)).toContain('dora@staff.test')
    })

    test.each(['Dora', null, 'dora@staff.test'])(
      'and is called %s gets answers, and is not in those to customers',
      async (name) => {
        const api = await start()
        await asked(api, name)
        await answered(api)
        const [toAna] = await mailsTo(api, 'ana@customers.test')
        expect(whole(toAna)).toMatch(/^To: (Ana )?<?ana@customers.test>?\r?$/m)
        expect(whole(toAna)).toContain('It burns.')
        expect(whole(toAna)).not.toContain('dora@staff.test')
        const [toDora] = await mailsTo(api, 'dora@staff.test')
        expect(whole(toDora)).toContain('Use water.')
        expect(whole(toDora)).toContain('dora@staff.test')
      },
    )

    test('stays hidden when she is disabled', async () => {
      const api = await start()
      const { user } = await asked(api, 'Dora')
      await api.store.transaction((tx) => updateUser(tx, user.id, { state: 'disabled' }))
      await answered(api)
      expect(whole((await mailsTo(api, 'ana@customers.test'))[0])).not.toContain('dora@staff.test')
      expect((await api.ana.get(TICKET)).body).toMatchObject({ requester: { email: null } })
    })
  },
  { prepare: migrated },
)
