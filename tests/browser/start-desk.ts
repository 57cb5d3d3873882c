/**
 * A whole desk for a browser: the real daemon with the dashboard as it is in src/, loopback mail
 * servers, and people with passwords.
 */
import type { Page } from 'playwright-core'
import { configFrom } from '../../src/config.ts'
import { type Daemon, startDaemon } from '../../src/daemon.ts'
import { type MailWorld, startMailWorld } from '../../src/demo/mail-world.ts'
import { createToken } from '../../src/desk/create-token.ts'
import { addUser } from '../../src/desk/manage-users.ts'
import { Passwords } from '../../src/desk/passwords.ts'
import { silentLog } from '../../src/log.ts'
import { parseAddress } from '../../src/mail/address.ts'
import { setPassword } from '../../src/store/passwords.ts'
import type { Role } from '../../src/ticket/user.ts'
import { builtDashboard } from '../kit/built-dashboard.ts'
import { freePort } from '../kit/ports.ts'
import { totpAt } from '../kit/totp.ts'
import { DeskCaller } from './desk-caller.ts'

export const SUPPORT = 'support@acme.test'
export const PASSWORD = 'correct horse battery'

export interface Login {
  readonly name: string
  readonly email: string
  readonly role: Role
}

export const ANA: Login = { name: 'Ana Ferreira', email: 'ana@customer.test', role: 'customer' }
export const BRUNO: Login = { name: 'Bruno Costa', email: 'bruno@acme.test', role: 'agent' }
export const NORA: Login = { name: 'Nora Lindqvist', email: 'nora@acme.test', role: 'agent' }
export const CARLA: Login = { name: 'Carla Moretti', email: 'carla@acme.test', role: 'admin' }

export interface LiveDesk {
  readonly url: string
  readonly world: MailWorld
  /** Callers of the API with all rights of theirs. */
  readonly as: Readonly<Record<'ana' | 'bruno' | 'nora' | 'carla', DeskCaller>>
  /** Puts mail into the desk's inbox. */
  arrives(source: string): void
  /** The texts of the mails in somebody's inbox, oldest first. */
  mailsOf(address: string): string[]
}

/**
 * Starts it all with `tree` laid over the configuration, and its `inbox` over the one inbox; it ends when `signal` aborts, and `world` has
 * to be closed.
 */
export async function startDesk(
  tree: Readonly<Record<string, unknown>>,
  dataDir: string,
  signal: AbortSignal,
): Promise<{ desk: LiveDesk; daemon: Daemon }> {
  const world = await startMailWorld({
    accounts: { [SUPPORT]: 'secret' },
    domains: ['customer.test', 'acme.test', 'example.org'],
  })
  const account = { host: '127.0.0.1', tls: 'none', user: SUPPORT, password: 'secret' }
  const port = await freePort()
  const { inbox = {}, ...rest } = tree
  const config = configFrom(
    {
      listen: `127.0.0.1:${port}`,
      public_url: `http://127.0.0.1:${port}`,
      data_dir: dataDir,
      agent_notices: { coalesce: '0s' },
      rate_limits: { session: 'unlimited', login: 'unlimited' },
      categories: ['Hardware', 'Software'],
      inboxes: [
        {
          name: 'Acme Support',
          address: SUPPORT,
          imap: { ...account, port: world.imap.port },
          smtp: { ...account, port: world.smtp.port },
          ...(inbox as object),
        },
      ],
      ...rest,
    },
    { env: {}, baseDir: dataDir },
  )
  const daemon = await startDaemon(config, silentLog, signal, { dashboard: builtDashboard() })
  const [ana, bruno, nora, carla] = await Promise.all(
    [ANA, BRUNO, NORA, CARLA].map(async (login) => clientOf(daemon, login)),
  )
  if (!ana || !bruno || !nora || !carla) throw new Error('somebody is missing')
  const desk: LiveDesk = {
    url: daemon.url,
    world,
    as: { ana, bruno, nora, carla },
    arrives: (source) => void world.imap.deliver(SUPPORT, source.replace(/\r?\n/g, '\r\n')),
    mailsOf: (address) => world.inboxOf(address).map(({ source }) => source.toString()),
  }
  return { desk, daemon }
}

/** Cheap to check: the real cost would take a third of a second for each login. */
const passwords = new Passwords(10)

/** Makes an account with the password of all, and a token for calls of the API. */
export async function clientOf(
  { url, workplace }: Daemon,
  { name, email, role }: Login,
): Promise<DeskCaller> {
  const address = parseAddress(email)
  if (address === null) throw new Error(`${email} is no address`)
  const hash = await passwords.hash(PASSWORD)
  const at = new Date()
  const token = await workplace.store.transaction(async (tx) => {
    const { user } = await addUser(tx, { email: address, name, role }, at)
    await setPassword(tx, user.id, hash, at)
    return createToken(tx, { userId: user.id, name: 'test', scopes: null }, at)
  })
  return new DeskCaller(url, token)
}

/** Types into the page what a person would. */
export async function signIn(page: Page, { email }: Login, to = '/'): Promise<void> {
  await page.goto(to)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('[data-connection=live]').waitFor()
}

/** Sets up an authenticator app for who is signed in; its secret. */
export async function enrolApp(page: Page): Promise<string> {
  const post = (path: string, body: object): Promise<{ secret?: string } | null> =>
    page.evaluate(
      async ([to, sent]) => {
        const headers = { 'content-type': 'application/json' }
        const answer = await fetch(`/api/v1/me/totp${to}`, { method: 'POST', headers, body: sent })
        if (!answer.ok) throw new Error(await answer.text())
        return answer.status === 204 ? null : ((await answer.json()) as { secret: string })
      },
      [path, JSON.stringify(body)] as const,
    )
  const secret = (await post('', { password: PASSWORD }))?.secret ?? ''
  // An older code than the next login needs, for each is good once.
  await post('/confirm', { code: totpAt(secret, Date.now() - 30_000) })
  return secret
}

export interface Letter {
  readonly from: string
  readonly subject: string
  readonly text: string
  readonly headers?: string
}

let letters = 0

/** A simple mail of a customer. */
export function letter({ from, subject, text, headers = '' }: Letter): string {
  letters += 1
  return `From: ${from}
To: ${SUPPORT}
Subject: ${subject}
Message-ID: <letter-${letters}-${process.pid}@customer.test>
Date: ${new Date().toUTCString()}
${headers}MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

${text}
`
}
