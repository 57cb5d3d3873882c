/** `postroom user password`: from stdin, so that it stands in no list of processes; or a link. */
import type { Config } from '../config.ts'
import { changePassword } from '../desk/change-password.ts'
import { issueLinkCode } from '../desk/codes.ts'
import { getUserByEmail } from '../desk/manage-users.ts'
import { passwordProblem } from '../desk/password-rules.ts'
import { Passwords } from '../desk/passwords.ts'
import { AppError, EXIT, OperatorError } from '../errors.ts'
import type { User } from '../ticket/user.ts'
import type { ExplainIo } from './explain.ts'
import { addressArgument, withWorkplace } from './with-workplace.ts'

/** More than any password we take. */
const INPUT_LENGTH_MAX = 4096

/** With an empty stdin it prints a link to set one with, good once and for three days. */
export async function setPasswordCommand(
  config: Config,
  { email }: { email: string },
  io: ExplainIo,
): Promise<number> {
  const address = addressArgument(email)
  const password = await firstLine(io.stdin)
  const problem = password === '' ? null : passwordProblem(password, address)
  if (problem !== null) throw new OperatorError(EXIT.usage, `The password ${problem}.`)
  return withWorkplace(config, async ({ store, context }) => {
    const passwordHash = password === '' ? null : await new Passwords().hash(password)
    const at = new Date()
    const code = await store.transaction(async (tx) => {
      const user = await getUserByEmail(tx, address)
      refuseOutsiders(user)
      if (passwordHash === null) return issueLinkCode(tx, user.id, at)
      await changePassword(tx, { user, passwordHash }, at)
      return null
    })
    if (code === null) {
      io.stderr.write(`${address} has a new password; every session has ended.\n`)
    } else {
      // After the #, which browsers send to nobody.
      const fragment = new URLSearchParams({ email: address, code }).toString()
      const link = `${context.publicUrl}/reset#${fragment}`
      io.stdout.write(`${link}\n`)
    }
    return 0
  })
}

/** A password alone lets nobody in. @throws AppError `cannot-log-in`. */
function refuseOutsiders({ email, state }: User): void {
  if (state === 'active' || state === 'pending_approval') return
  const sentence = `${email} cannot log in (${state}); add or approve the user first.`
  throw new AppError('conflict', 'cannot-log-in', sentence)
}

async function firstLine(stdin: ExplainIo['stdin']): Promise<string> {
  // At a terminal nobody would know that we wait, and everybody would see what is typed.
  if ('isTTY' in stdin && stdin.isTTY === true) return ''
  let text = ''
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.includes('\n') || text.length > INPUT_LENGTH_MAX) break
  }
  return text.replace(/\r?\n[^]*$/, '')
}
