/** `postroom token create`: prints only the token, so that scripts can take it. */
import type { Config } from '../config.ts'
import { createToken } from '../desk/create-token.ts'
import { AppError } from '../errors.ts'
import { findUserByEmail } from '../store/users.ts'
import type { ExplainIo } from './explain.ts'
import { addressArgument, withWorkplace } from './with-workplace.ts'

export async function createTokenFor(
  config: Config,
  input: { user: string; name: string; scope?: string[] },
  io: ExplainIo,
): Promise<number> {
  const email = addressArgument(input.user)
  return withWorkplace(config, async ({ store }) => {
    const token = await store.transaction(async (tx) => {
      const user = await findUserByEmail(tx, email)
      if (user === null || user.state !== 'active') {
        const add = `postroom user add ${email} --name NAME --role agent`
        throw new AppError(
          'not_found',
          'not-found',
          `There is no active user ${email}. Add one first: ${add}`,
        )
      }
      const scopes = input.scope ?? null
      return createToken(tx, { userId: user.id, name: input.name, scopes }, new Date())
    })
    io.stdout.write(`${token}\n`)
    return 0
  })
}
