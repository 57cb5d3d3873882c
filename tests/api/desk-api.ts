/** A real API on a free port, the cast with their tokens, and a client that speaks JSON. */
import { afterEach } from 'vitest'
import { routesOf } from '../../src/api/routes.ts'
import { type ApiDeps, startApi } from '../../src/api/server.ts'
import type { Clock } from '../../src/clock.ts'
import { createToken } from '../../src/desk/create-token.ts'
import { Passwords } from '../../src/desk/passwords.ts'
import { eventsOf } from '../../src/events.ts'
import { Health } from '../../src/health.ts'
import { InboxOrders } from '../../src/inbox-orders.ts'
import { Jobs } from '../../src/jobs.ts'
import { silentLog } from '../../src/log.ts'
import type { Address } from '../../src/mail/address.ts'
import { Metrics } from '../../src/metrics.ts'
import { Bell } from '../../src/pause.ts'
import { ensureUser } from '../../src/store/users.ts'
import type { Role, User, UserState } from '../../src/ticket/user.ts'
import type { FreshDatabase } from '../kit/databases.ts'
import { type Answered, Described } from './described.ts'
import { openDesk, type TestDesk } from './desk-context.ts'

export interface Reply {
  readonly status: number
  readonly headers: Headers
  /** The parsed body, or its text when it is no JSON. */
  readonly body: Json
}

export type Json = Record<string, unknown> & {
  data?: Json[]
  page?: { next_cursor: string | null; has_more: boolean }
  id?: number
  code?: string
}

export class Client {
  readonly url: string
  readonly #token: string | null
  readonly #check: (answered: Answered) => void

  /** @param check told of every answer */
  constructor(url: string, token: string | null, check: (answered: Answered) => void = described) {
    this.url = url
    this.#token = token
    this.#check = check
  }

  /** The same one, with somebody more who looks at every answer. */
  watchedBy(look: (answered: Answered) => void): Client {
    return new Client(this.url, this.#token, (answered) => {
      this.#check(answered)
      look(answered)
    })
  }

  get authorization(): string {
    return `Bearer ${this.#token ?? ''}`
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send('GET', path, undefined, headers)
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send('POST', path, body, headers)
  }

  put(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send('PUT', path, body, headers)
  }

  /** `body` undefined: none. A string or bytes go out as they are. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const raw = typeof body === 'string' || body instanceof Uint8Array
    const response = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.#token === null ? {} : { authorization: this.authorization }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    } as RequestInit)
    const type = response.headers.get('content-type') ?? ''
    // A stream of events has no end to wait for.
    const endless = type.startsWith('text/event-stream')
    if (endless) await response.body?.cancel()
    const text = endless ? '' : await response.text()
    const isJson = text !== '' && /json/.test(type)
    const { status } = response
    const parsed: unknown = isJson ? JSON.parse(text) : text
    this.#check({ method, path, status, type, body: parsed })
    return { status, headers: response.headers, body: parsed as Json }
  }

  /** Follows the cursors of a list to its end; every page has `limit` rows at most. */
  async all(path: string, limit = 200): Promise<Json[]> {
    const rows: Json[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const mark = path.includes('?') ? '&' : '?'
      const at: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { body } = await this.get(`${path}${mark}limit=${limit}${at}`)
      rows.push(...(body.data ?? []))
      cursor = body.page?.next_cursor ?? null
    }
    return rows
  }
}

let table: Described | undefined

/** Every answer in every test is one that its route says it gives. */
const described = (answered: Answered): void => table?.check(answered)

export interface TestApi extends TestDesk {
  readonly url: string
  readonly health: Health
  /** Moves only by hand. */
  readonly clock: Clock & { at: Date }
  /** How often the senders were woken. */
  readonly rings: () => number
  /** How often intake was woken. */
  readonly arrivals: () => number
  readonly webhooksDue: Bell
  readonly inboxOrders: InboxOrders
  readonly jobs: Jobs
  readonly metrics: Metrics
  readonly testServers: ApiDeps['testServers']
  readonly failures: readonly unknown[]
  readonly drain: () => void
  readonly close: () => Promise<void>
  /** Ana: a customer who can log in. Bruno: an agent. Carla: an admin. */
  readonly ana: Client
  readonly bruno: Client
  readonly carla: Client
  /** Mallory: another customer, who must never see Ana's tickets. */
  readonly mallory: Client
  readonly nobody: Client
  readonly users: Readonly<Record<'ana' | 'bruno' | 'carla' | 'mallory', User>>
  readonly tokenFor: (
    user: { email: string; role?: Role; state?: UserState; name?: string | null },
    scopes?: readonly string[] | null,
  ) => Promise<{ token: string; user: User; client: Client }>
}

/** Starts a fresh API for a test; it stops by itself. */
export function apiStarter(fresh: FreshDatabase): (settings?: object) => Promise<TestApi> {
  const running: TestApi[] = []
  afterEach(async () => {
    for (const api of running.splice(0)) {
      await api.close()
      await api.store.close()
    }
  })
  return async (settings = {}) => {
    const api = await startTestApi(await openDesk(await fresh(), settings))
    running.push(api)
    return api
  }
}

async function startTestApi(desk: TestDesk): Promise<TestApi> {
  const failures: unknown[] = []
  const health = new Health()
  const outgoing = new Bell()
  let rings = 0
  outgoing.ring = () => {
    rings += 1
  }
  const arrived = new Bell()
  let arrivals = 0
  arrived.ring = () => {
    arrivals += 1
  }
  const webhooksDue = new Bell()
  const inboxOrders = new InboxOrders()
  const jobs = new Jobs()
  const metrics = new Metrics({ version: '0.0.0-test', database: desk.store.kind })
  const testServers = async () => ({
    imap: { ok: true, detail: 'imap.desk.test:993' },
    smtp: { ok: false, detail: 'smtp.desk.test:587 does not answer' },
  })
  let draining = false
  const clock = { at: new Date('2026-03-01T10:00:00Z'), now: () => clock.at }
  const deps: ApiDeps = {
    ...desk,
    health,
    arrived,
    outgoing,
    clock,
    // The real cost would take a third of a second for each.
    passwords: new Passwords(10),
    events: { ...eventsOf(silentLog), requestFailed: (_line, err) => void failures.push(err) },
    webhooksDue,
    inboxOrders,
    jobs,
    metrics,
    testServers,
    version: '0.0.0-test',
    draining: () => draining,
  }
  table ??= new Described(routesOf(deps))
  const api = await startApi(deps)
  const url = `http://${api.host}:${api.port}`
  const tokenFor: TestApi['tokenFor'] = async (person, scopes = null) =>
    desk.store.transaction(async (tx) => {
      const { email, role = 'customer', state = 'active', name = null } = person
      const { user } = await ensureUser(
        tx,
        { email: email as Address, name, role, state },
        clock.at,
      )
      const token = await createToken(tx, { userId: user.id, name: 'test', scopes }, clock.at)
      return { token, user, client: new Client(url, token) }
    })
  // All at once, so that they share a commit.
  const [ana, bruno, carla, mallory] = await Promise.all([
    tokenFor({ email: 'ana@customers.test', name: 'Ana' }),
    tokenFor({ email: 'bruno@staff.test', name: 'Bruno', role: 'agent' }),
    tokenFor({ email: 'carla@staff.test', name: 'Carla', role: 'admin' }),
    tokenFor({ email: 'mallory@strangers.test', name: 'Mallory' }),
  ])
  return {
    ...desk,
    url,
    health,
    clock,
    webhooksDue,
    inboxOrders,
    jobs,
    metrics,
    testServers,
    rings: () => rings,
    arrivals: () => arrivals,
    failures,
    drain: () => {
      draining = true
    },
    close: () => api.close(),
    ana: ana.client,
    bruno: bruno.client,
    carla: carla.client,
    mallory: mallory.client,
    nobody: new Client(url, null),
    users: { ana: ana.user, bruno: bruno.user, carla: carla.user, mallory: mallory.user },
    tokenFor,
  }
}
