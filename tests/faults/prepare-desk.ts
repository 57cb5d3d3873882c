/** A desk before its daemon is started for the first time: a schema, the agent, and his token. */
import { configFrom } from '../../src/config.ts'
import { createToken } from '../../src/desk/create-token.ts'
import type { Address } from '../../src/mail/address.ts'
import { ensureUser } from '../../src/store/users.ts'
import { openWorkplace } from '../../src/workplace.ts'
import { AGENT } from './traffic.ts'

/** Returns the agent's token for the API. */
export async function prepareDesk(config: object, dataDir: string): Promise<string> {
  const workplace = await openWorkplace(configFrom(config, { env: {}, baseDir: dataDir }))
  const at = new Date()
  try {
    return await workplace.store.transaction(async (tx) => {
      const email = AGENT as Address
      const agent = { email, name: 'Bruno', role: 'agent', state: 'active' } as const
      const { user } = await ensureUser(tx, agent, at)
      return createToken(tx, { userId: user.id, name: 'faults', scopes: null }, at)
    })
  } finally {
    await workplace.close()
  }
}
