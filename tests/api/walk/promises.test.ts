/** Everything that the OpenAPI document promises happens, and nothing that it does not. */
import { expect, test } from 'vitest'
import { eachDatabase } from '../../kit/databases.ts'
import { apiStarter } from '../desk-api.ts'
import { migrated } from '../desk-context.ts'
import { provokeCommon, provokeLimits } from './common-refusals.ts'
import { walkMail } from './mail-script.ts'
import { walkPeople } from './people-script.ts'
import { walkTickets } from './ticket-script.ts'
import { must, UNLIMITED, worldOf } from './world.ts'

eachDatabase(
  'the OpenAPI document',
  (fresh) => {
    const start = apiStarter(fresh)

    test(
      'names every answer and every refusal of every operation, and each is given',
      async () => {
        const world = await worldOf(await start(UNLIMITED))
        await provokeCommon(world)
        await walkTickets(world)
        await walkMail(world)
        await walkPeople(world)
        const seen = [...world.document.seen]
        const impatient = await worldOf(await start({ ...UNLIMITED, rate_limits: ONCE }))
        await provokeLimits(impatient)
        const strict = await worldOf(await start({ lifecycle: 'strict', registration: 'closed' }))
        await strictly(strict)
        seen.push(...impatient.document.seen, ...strict.document.seen)
        const missing = world.document.promised.filter((one) => !seen.includes(one))
        expect(missing).toEqual([])
        expect(world.api.failures).toEqual([])
      },
      SLOW_MS,
    )
  },
  { prepare: migrated },
)

/** Some two thousand requests; on a machine that does other things too. */
const SLOW_MS = 120_000

const ONCE = {
  token: '1/h',
  session: '1/h',
  login: '1/h',
  register: '1/h',
  verify: '1/h',
  forgot: '1/h',
}

/** What only another lifecycle and another configuration refuse. */
async function strictly({ ana, bruno, nobody }: Awaited<ReturnType<typeof worldOf>>) {
  const opened = await ana.post('/api/v1/tickets', { subject: 'x', text: 'x' })
  const comments = `/api/v1/tickets/${opened.body.id}/comments`
  const wrong = { text: 'x', status: 'awaited' }
  must(await bruno.post(comments, wrong), 'status-transition-not-allowed')
  const person = { email: 'x@y.test', name: 'X', password: 'a herring at sea' }
  must(await nobody.post('/api/v1/auth/register', person), 'registration-closed')
}
