/**
 * `postroom demo`: a help desk that lives, on this machine alone.
 *
 * Starts the tiny internet, lets the caller start a daemon on it, and lets people write to each
 * other. With `once` it is also the smoke test: the story is played, the ends are counted.
 */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { messageOf } from '../errors.ts'
import { pause } from '../pause.ts'
import { DeskClient } from './desk-client.ts'
import type { FinalCount } from './final-count.ts'
import { countAtTheEnd } from './final-count.ts'
import { MailProgram } from './mail-program.ts'
import type { MailWorld } from './mail-world.ts'
import { startMailWorld } from './mail-world.ts'
import type { DeskUser } from './personas.ts'
import { CUSTOMERS, DESK, SUPPORT } from './personas.ts'
import { keepTalking } from './small-talk.ts'
import type { Cast } from './story.ts'
import { EXPECTED_TICKETS, STORY } from './story.ts'

/** Every account of the demo has it; nothing here is reachable from outside. */
export const DEMO_PASSWORD = 'postroom-demo'

const SERVER_NAME = 'mx.demo.test'

export interface DemoDaemonSetup {
  /** The contents of a configuration file. */
  config: Readonly<Record<string, unknown>>
  /** To be created with this password, so that people can log in. */
  users: readonly (DeskUser & { password: string })[]
}

export interface DemoDaemon {
  url: string
  /** A bearer token with an admin's rights. */
  token: string
  stop(): Promise<void>
}

export interface DemoOptions {
  /** Play the story, check the counts, return. */
  once: boolean
  /** Port of the dashboard; null takes a free one. */
  port: number | null
  signal: AbortSignal
  /** One line for the person at the terminal. */
  print: (line: string) => void
  startDaemon: (setup: DemoDaemonSetup, signal: AbortSignal) => Promise<DemoDaemon>
}

/** Returns the exit code. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { signal, print } = options
  const directory = await mkdtemp(path.join(tmpdir(), 'postroom-demo-'))
  const world = await startMailWorld({ accounts: passwords(), serverName: SERVER_NAME })
  try {
    const port = options.port ?? (await freePort())
    const setup = { config: configFor(world, directory, port), users: deskUsers() }
    const daemon = await options.startDaemon(setup, signal)
    try {
      introduce(print, world, daemon)
      const cast = castFor(world, signal)
      const told = await tellStory(cast, options)
      if (options.once) return await report(world, daemon, told, options)
      print('The story is told; people keep writing. Ctrl-C ends the demo.')
      await talkOn(cast, options)
      return 0
    } finally {
      await daemon.stop()
    }
  } finally {
    await world.close()
    await rm(directory, { recursive: true, force: true })
  }
}

function passwords(): Record<string, string> {
  const people = [SUPPORT, ...Object.values(DESK), ...Object.values(CUSTOMERS)]
  return Object.fromEntries(people.map(({ address }) => [address, DEMO_PASSWORD]))
}

const deskUsers = (): DemoDaemonSetup['users'] =>
  Object.values(DESK).map((user) => ({ ...user, password: DEMO_PASSWORD }))

/** Asked for beforehand, so that the links in the mails are right. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function configFor(world: MailWorld, directory: string, port: number): Record<string, unknown> {
  const account = { host: '127.0.0.1', tls: 'none', user: SUPPORT.address, password: DEMO_PASSWORD }
  return {
    listen: `127.0.0.1:${port}`,
    public_url: `http://127.0.0.1:${port}`,
    data_dir: directory,
    database: `sqlite:${path.join(directory, 'postroom.db')}`,
    // The demo looks at every single notice; in real life they are gathered for two minutes.
    agent_notices: { default: 'mine_unassigned', coalesce: '0s' },
    log: { level: 'warn' },
    inboxes: [
      {
        name: 'Acme Support',
        address: SUPPORT.address,
        imap: { ...account, port: world.imap.port },
        smtp: { ...account, port: world.smtp.port },
        authserv_id: SERVER_NAME,
      },
    ],
  }
}

function introduce(print: DemoOptions['print'], world: MailWorld, daemon: DemoDaemon): void {
  print('DEMO - nothing leaves this machine, everything is gone when it ends.')
  print(`  Desk       ${daemon.url}`)
  for (const { name, address, role } of Object.values(DESK)) {
    print(`  Log in as  ${address}  password ${DEMO_PASSWORD}  (${name}, ${role})`)
  }
  print(`  IMAP       127.0.0.1:${world.imap.port}, no TLS, any address of the demo`)
  print(`  SMTP       127.0.0.1:${world.smtp.port}, no TLS; write to ${SUPPORT.address}`)
}

function castFor(world: MailWorld, signal: AbortSignal): Cast {
  const options = { password: DEMO_PASSWORD, signal }
  const program = (person: { name: string; address: string }): MailProgram =>
    new MailProgram(world, { name: person.name, address: person.address }, options)
  return {
    bruno: program(DESK.bruno),
    nora: program(DESK.nora),
    ana: program(CUSTOMERS.ana),
    lena: program(CUSTOMERS.lena),
    kenji: program(CUSTOMERS.kenji),
    omar: program(CUSTOMERS.omar),
    dora: program(CUSTOMERS.dora),
    gone: program(CUSTOMERS.gone),
    mallory: program(CUSTOMERS.mallory),
    newsletter: program(CUSTOMERS.newsletter),
  }
}

/** Returns the scenes that failed; the others are played all the same. */
async function tellStory(cast: Cast, { signal, print }: DemoOptions): Promise<string[]> {
  const failures: string[] = []
  for (const scene of STORY) {
    if (signal.aborted) break
    print(`- ${scene.title}`)
    try {
      await scene.play(cast)
    } catch (err) {
      failures.push(`${scene.title}: ${messageOf(err)}`)
      print(`  ${messageOf(err)}`)
    }
  }
  return failures
}

async function report(
  world: MailWorld,
  daemon: DemoDaemon,
  failures: readonly string[],
  { signal, print }: DemoOptions,
): Promise<number> {
  const desk = new DeskClient(daemon.url, daemon.token)
  const count: FinalCount = await countAtTheEnd(world, desk, EXPECTED_TICKETS, signal)
  const { tickets, comments, mailsIn, mailsOut, bounced } = count
  print(
    `${tickets} tickets, ${comments} comments, ${mailsIn} mails in, ${mailsOut} mails out` +
      ` (${bounced} bounced)`,
  )
  const problems = [...failures, ...count.problems]
  for (const problem of problems) print(`WRONG: ${problem}`)
  print(problems.length === 0 ? 'All counts are right.' : `${problems.length} things are wrong.`)
  return problems.length === 0 ? 0 : 1
}

/** Something that goes wrong in small talk is told; it does not end the demo. */
async function talkOn(cast: Cast, { signal, print }: DemoOptions): Promise<void> {
  while (!signal.aborted) {
    try {
      await keepTalking(cast, signal)
    } catch (err) {
      if (!signal.aborted) print(messageOf(err))
      await pause(5_000, signal)
    }
  }
}
