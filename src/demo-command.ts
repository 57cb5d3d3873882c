/** `postroom demo`: the seam between the demo's little internet and a real daemon. */
import { configFrom } from './config.ts'
import { startDaemon } from './daemon.ts'
import type { DemoDaemon, DemoDaemonSetup } from './demo/demo.ts'
import { runDemo } from './demo/demo.ts'
import { createToken } from './desk/create-token.ts'
import { addUser } from './desk/manage-users.ts'
import { Passwords } from './desk/passwords.ts'
import { openLog } from './log.ts'
import { parseAddress } from './mail/address.ts'
import { setPassword } from './store/passwords.ts'

export async function runDemoCommand(
  options: { once: boolean; port: number | null },
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  return runDemo({ ...options, signal, print, startDaemon: startForDemo })
}

async function startForDemo(setup: DemoDaemonSetup, signal: AbortSignal): Promise<DemoDaemon> {
  const stop = new AbortController()
  const config = configFrom(setup.config, { env: {}, baseDir: process.cwd() })
  // Results are the demo's own lines; the daemon talks on stderr.
  const log = openLog(config.log.level, 2)
  const daemon = await startDaemon(config, log, AbortSignal.any([signal, stop.signal]))
  const token = await addUsers(daemon.workplace.store, setup)
  return {
    url: daemon.url,
    token,
    stop: async () => {
      stop.abort()
      await daemon.done
    },
  }
}

async function addUsers(
  store: Awaited<ReturnType<typeof startDaemon>>['workplace']['store'],
  setup: DemoDaemonSetup,
): Promise<string> {
  const at = new Date()
  const passwords = new Passwords()
  let token = ''
  for (const { address, name, role, password } of setup.users) {
    const hash = await passwords.hash(password)
    const email = parseAddress(address)
    if (email === null) throw new Error(`${address} is not an address`)
    await store.transaction(async (tx) => {
      const { user } = await addUser(tx, { email, name, role }, at)
      await setPassword(tx, user.id, hash, at)
      if (role === 'admin') {
        token = await createToken(tx, { userId: user.id, name: 'demo', scopes: null }, at)
      }
    })
  }
  return token
}
