import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { Jobs } from '../../src/jobs.ts'
import { eventsOf } from '../../src/events.ts'
import { silentLog } from '../../src/log.ts'
import { notedEvents } from '../../src/noted-events.ts'
import { noteUpkeep } from '../../src/store/upkeep.ts'
import { eachDatabase } from '../kit/databases.ts'
import { ROOT } from '../kit/source-tree.ts'
import { apiStarter, type TestApi } from './desk-api.ts'
import { migrated } from './desk-context.ts'

const textOf = (body: unknown): string => (typeof body === 'string' ? body : '')

/** Samples by their line without the value. */
async function scrape(api: TestApi): Promise<Map<string, number>> {
  // Several askers share one look at the database.
  api.clock.at = new Date(api.clock.at.getTime() + 6_000)
  const { status, headers, body } = await api.nobody.get('/metrics')
  expect(status).toBe(200)
  expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const lines = textOf(body)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line): [string, number] => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

const DASHBOARD = readFileSync(join(ROOT, 'deploy', 'grafana', 'postroom.json'), 'utf8')

interface Dashboard {
  readonly uid: string
  readonly panels: readonly { id: number; targets?: readonly { expr: string }[] }[]
  readonly templating: { readonly list: readonly { query: string }[] }
}

/** What our metrics are told apart by, and what Prometheus adds. */
const LABELS = new Set(
  'mailbox op task result reason state status kind class route method code source le instance exported_job'.split(
    ' ',
  ),
)

/** Metrics of a query, as /metrics calls their families. */
const namesIn = (query: string): string[] =>
  [...query.matchAll(/\b(?:postroom|nodejs|process)_\w+/g)].map(([name]) =>
    name.replace(/_(?:bucket|sum|count)$/, ''),
  )

const labelsIn = (query: string): string[] => [
  ...[...query.matchAll(/(\w+)(?:=~|!=|=)"/g)].map(([, label = '']) => label),
  ...[...query.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, all = '']) =>
    all.split(',').map((label) => label.trim()),
  ),
]

const RULES = readFileSync(join(ROOT, 'deploy', 'prometheus', 'rules.yml'), 'utf8')

eachDatabase(
  'metrics',
  (fresh, kind) => {
    const start = apiStarter(fresh)

    test('tell how the desk is', async () => {
      const api = await start()
      await scrape(api)
      const at = new Date('2026-03-01T10:00:00Z')
      api.health.succeeded('Support', 'imap', at)
      const openedAt = api.clock.at.getTime()
      await noteUpkeep(api.store, { task: 'backup', found: null }, at)
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      await api.ana.post('/api/v1/tickets', { subject: 'Mouse', text: 'It squeaks.' })
      await api.bruno.put('/api/v1/tickets/2/status', { status: 'resolved' })
      await api.bruno.put('/api/v1/tickets/2/status', { status: 'open' })
      await api.bruno.put('/api/v1/tickets/2/status', { status: 'closed' })
      // Events are counted when none with a smaller number can still appear: at this look or a later.
      const closed = async () => (await scrape(api)).get('postroom_tickets_closed_total')
      await expect.poll(closed).toBe(2)
      const found = await scrape(api)
      const wanted: [string, number][] = [
        ['postroom_up', 1],
        ['postroom_mailbox_up{mailbox="Support"}', 1],
        ['postroom_mailbox_state{mailbox="Support",state="connected"}', 1],
        ['postroom_mailbox_state{mailbox="Support",state="error"}', 0],
        ['postroom_mailbox_last_success_timestamp_seconds{mailbox="Support"}', 1_772_359_200],
        ['postroom_tickets{status="open"}', 1],
        ['postroom_tickets{status="closed"}', 1],
        ['postroom_tickets{status="pending"}', 0],
        ['postroom_tickets_created_total{source="api"}', 2],
        ['postroom_tickets_closed_total', 2],
        ['postroom_tickets_reopened_total', 1],
        ['postroom_outbox_messages{state="failed"}', 0],
        ['postroom_quarantine_messages', 0],
        ['postroom_incoming_stuck_messages', 0],
        ['postroom_webhook_queue', 0],
        ['postroom_sse_connections', 0],
        ['postroom_upkeep_last_success_timestamp_seconds{task="backup"}', 1_772_359_200],
      ]
      expect(wanted.map(([name]) => [name, found.get(name)])).toEqual(wanted)
      expect(found.get('postroom_outbox_messages{state="queued"}')).toBeGreaterThan(0)
      const age = (api.clock.at.getTime() - openedAt) / 1_000
      expect(found.get('postroom_outbox_oldest_age_seconds')).toBe(age)
      expect(found.get('postroom_ticket_oldest_waiting_seconds')).toBe(age)
      expect(found.get('postroom_db_size_bytes')).toBeGreaterThan(10_000)
      expect([...found.keys()].some((name) => name.includes(`db="${kind}"`))).toBe(true)
      expect([...found.keys()].some((name) => name.startsWith('nodejs_eventloop_lag'))).toBe(true)
    })

    test('time the first answer of a ticket, once', async () => {
      const api = await start()
      await scrape(api)
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      const comments = '/api/v1/tickets/1/comments'
      await api.bruno.post(comments, { text: 'Ask her.', visibility: 'internal' })
      api.clock.at = new Date(api.clock.at.getTime() + 600_000)
      await api.bruno.post(comments, { text: 'Try water.' })
      api.clock.at = new Date(api.clock.at.getTime() + 600_000)
      await api.bruno.post(comments, { text: 'Or foam.' })
      const metric = 'postroom_ticket_first_response_seconds'
      const count = async () => (await scrape(api)).get(`${metric}_count`)
      await expect.poll(count).toBe(1)
      const found = await scrape(api)
      expect(found.get(`${metric}_bucket{le="300"}`)).toBe(0)
      expect(found.get(`${metric}_bucket{le="900"}`)).toBe(1)
      expect(found.get(`${metric}_count`)).toBe(1)
    })

    test('count requests by the template of their route, and refused logins', async () => {
      const api = await start()
      await api.ana.post('/api/v1/tickets', { subject: 'Printer', text: 'It burns.' })
      await api.ana.get('/api/v1/tickets/1')
      await api.ana.get('/api/v1/tickets/77')
      await api.ana.get('/no/such/place/secret')
      const login = { email: 'ana@customers.test', password: 'wrong password' }
      await api.nobody.post('/api/v1/auth/login', login)
      const found = await scrape(api)
      const requests = (rest: string) => found.get(`postroom_http_requests_total{${rest}}`)
      expect(requests('route="/api/v1/tickets/:id",method="GET",code="200"')).toBe(1)
      expect(requests('route="/api/v1/tickets/:id",method="GET",code="404"')).toBe(1)
      expect(requests('route="none",method="GET",code="404"')).toBe(1)
      expect(found.get('postroom_login_failures_total{reason="invalid-credentials"}')).toBe(1)
      expect([...found.keys()].join('\n')).not.toMatch(/secret|ana@|77/)
    })

    test('count mail as the log tells of it', async () => {
      const api = await start()
      const jobs = new Jobs((name) => api.metrics.jobRan(name, 'ok'))
      const { metrics, clock } = api
      const events = notedEvents(eventsOf(silentLog), { jobs, metrics, clock })
      const line = {
        inboundId: 1,
        ticketId: null,
        attempts: 1,
        inbox: 'Support',
        bytes: 2_000,
        unanswered: null,
      }
      events.messageTaken({ ...line, fate: 'ticket', verdict: 'person', lagMs: 1_500 })
      events.messageTaken({
        ...line,
        fate: 'comment',
        verdict: 'auto_reply',
        unanswered: 'auto_reply',
        lagMs: null,
      })
      events.messageTaken({ ...line, fate: 'system', verdict: 'loop', lagMs: null })
      events.messageTaken({ ...line, fate: 'system', verdict: 'bounce', lagMs: 0 })
      events.deliverySent({ outboxId: 1, ticketId: 1, attempts: 1, kind: 'reply', ms: 300 })
      events.inboxWoken('Support')
      events.inboxLooked('Support', 30)
      events.leaseTaken({ inbox: 'Support', epoch: 1, isTakeover: false })
      events.leaseLost('Support')
      events.leaseTaken({ inbox: 'Sales', epoch: 1, isTakeover: false })
      events.leaseGivenBack('Sales')
      metrics.parsed(0.01)
      metrics.committed(0.01)
      events.inboxFailed('Support', new Error('x'), 1, 'login')
      events.loopFailed('intake', new Error('disk full'))
      jobs.succeeded('housekeeping', clock.at)
      const found = await scrape(api)
      const wanted: [string, number][] = [
        ['postroom_mail_received_total{mailbox="Support",result="new_ticket"}', 1],
        ['postroom_mail_received_total{mailbox="Support",result="system"}', 2],
        ['postroom_autoreply_suppressed_total{reason="auto_reply"}', 1],
        ['postroom_mailbox_idle_wakeups_total{mailbox="Support"}', 1],
        ['postroom_mailbox_poll_duration_seconds_count{mailbox="Support"}', 1],
        ['postroom_lease_held{mailbox="Support"}', 0],
        ['postroom_lease_held{mailbox="Sales"}', 0],
        ['postroom_smtp_delivery_duration_seconds_bucket{le="0.2",result="sent"}', 0],
        ['postroom_smtp_delivery_duration_seconds_bucket{le="1",result="sent"}', 1],
        ['postroom_mail_parse_duration_seconds_count', 1],
        ['postroom_db_query_duration_seconds_count{op="transaction"}', 1],
        ['postroom_db_busy_total', expect.any(Number)],
        ['postroom_mail_ignored_total{reason="bounce"}', 1],
        ['postroom_mail_loop_detected_total{kind="loop"}', 1],
        ['postroom_mail_bounced_total{class="matched"}', 1],
        ['postroom_mail_ingest_lag_seconds_bucket{le="1",mailbox="Support"}', 1],
        ['postroom_mail_ingest_lag_seconds_bucket{le="2",mailbox="Support"}', 2],
        ['postroom_mail_size_bytes_count', 4],
        ['postroom_mail_sent_total{result="sent",kind="reply"}', 1],
        ['postroom_mailbox_reconnects_total{mailbox="Support",reason="login"}', 1],
        ['postroom_job_runs_total{job="intake",result="failed"}', 1],
        ['postroom_job_runs_total{job="housekeeping",result="ok"}', 1],
      ]
      expect(wanted.map(([name]) => [name, found.get(name)])).toEqual(wanted)
      expect(jobs.list()[1]).toMatchObject({ name: 'intake', lastError: 'disk full' })
    })

    test('are for this machine only, and not for those whom a proxy on it speaks for', async () => {
      const api = await start()
      const from = (address: string) => api.nobody.get('/metrics', { 'x-forwarded-for': address })
      expect((await from('203.0.113.7')).status).toBe(403)
      expect((await from('127.0.0.1')).status).toBe(403)
      expect((await api.carla.get('/metrics', { forwarded: 'for=203.0.113.7' })).status).toBe(403)
      const behind = await start({ trust_proxy: ['127.0.0.1'] })
      const through = (address: string) =>
        behind.nobody.get('/metrics', { 'x-forwarded-for': address })
      expect((await through('203.0.113.7')).status).toBe(403)
      expect((await behind.nobody.get('/metrics')).status).toBe(200)
    })

    test('or want an admin’s token', async () => {
      const api = await start({ metrics: 'token' })
      expect((await api.nobody.get('/metrics')).status).toBe(401)
      expect((await api.bruno.get('/metrics')).status).toBe(403)
      expect((await api.carla.get('/metrics')).status).toBe(200)
      const carla = { email: 'carla@staff.test' }
      const other = await api.tokenFor(carla, ['tickets:read'])
      expect((await other.client.get('/metrics')).status).toBe(403)
      const enough = await api.tokenFor(carla, ['system:read'])
      expect((await enough.client.get('/metrics')).status).toBe(200)
    })

    /** Names of what there is. */
    async function namesThere(): Promise<Set<string | undefined>> {
      const api = await start()
      await api.nobody.get('/healthz')
      await scrape(api)
      const text = textOf((await api.nobody.get('/metrics')).body)
      return new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name))
    }

    test('the Grafana dashboard asks for metrics and labels that there are', async () => {
      const there = await namesThere()
      const { panels, templating, uid } = JSON.parse(DASHBOARD) as Dashboard
      expect(uid).toBe('postroom')
      const queries = [
        ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
        ...templating.list.flatMap(({ query }) =>
          query.startsWith('label_values') ? [query] : [],
        ),
      ]
      expect(queries.length).toBeGreaterThan(25)
      for (const query of queries) {
        const names = namesIn(query)
        const missing = names.filter((name) => !there.has(name))
        expect([query, names.length > 0, missing]).toEqual([query, true, []])
        expect([query, labelsIn(query).filter((label) => !LABELS.has(label))]).toEqual([query, []])
      }
      // Whoever adds a metric puts it where it is seen.
      const shown = new Set(queries.flatMap(namesIn))
      const ours = [...there].filter((name) => name?.startsWith('postroom_') === true)
      const unseen = ours.filter((name) => !shown.has(String(name)))
      expect(new Set(unseen)).toEqual(
        new Set(['postroom_build_info', 'postroom_mail_size_bytes', 'postroom_mailbox_state']),
      )
      const ids = panels.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
    })

    test('alert rules ask for metrics that there are', async () => {
      const there = await namesThere()
      const { groups } = parse(RULES) as { groups: { rules: Record<string, unknown>[] }[] }
      const rules = groups.flatMap((group) => group.rules)
      expect(rules.length).toBeGreaterThan(10)
      const asked = rules.flatMap(({ expr }) =>
        [...String(expr).matchAll(/\b(?:postroom|nodejs)_\w+/g)].map(([name]) => name),
      )
      expect(asked.length).toBeGreaterThanOrEqual(rules.length - 1)
      const missing = asked.filter((name) => !there.has(name.replace(/_(?:bucket|sum|count)$/, '')))
      expect(missing).toEqual([])
    })

    test('tell what the process knows by itself when the database is gone', async () => {
      const api = await start()
      expect((await scrape(api)).get('postroom_db_up')).toBe(1)
      await api.store.close()
      const samples = await scrape(api)
      expect(samples.get('postroom_db_up')).toBe(0)
      expect(samples.get('postroom_mailbox_up{mailbox="Support"}')).toBe(0)
    })
  },
  { prepare: migrated },
)
