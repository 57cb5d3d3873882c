/** An inbox at a provider that takes no passwords: mail comes in with access tokens, and without them nothing is tried. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addUser } from '../../src/desk/manage-users.ts'
import { listInbound } from '../../src/store/inbound-messages.ts'
import type { Client } from '../api/desk-api.ts'
import { anAddress } from '../kit/desk-context.ts'
import { type JourneyDesk, startJourneyDesk } from '../kit/journey-desk.ts'
import { describeWithMailServers, type MailServers, startMailServers } from '../kit/mail-servers.ts'
import { until } from '../kit/running-desk.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { startTokenServer, type TokenServer } from '../kit/token-server.ts'

const SUPPORT = 'support@acme.test'
const ANA = 'ana@customer.test'
const CARLA = 'carla@acme.test'

describeWithMailServers('an inbox without a password', () => {
  const scratch = scratchDirectories('no-password')
  let provider: TokenServer
  let servers: MailServers
  let desk: JourneyDesk
  let file: string

  beforeAll(async () => {
    provider = await startTokenServer({ 'rt-1': SUPPORT })
    provider.set({ rotate: true })
    servers = await startMailServers({
      users: [SUPPORT, ANA],
      introspectionUrl: provider.introspectionUrl,
    })
    const dataDir = scratch.make()
    file = path.join(dataDir, 'refresh-token')
    writeFileSync(file, 'rt-1', { mode: 0o600 })
    const { host, port, caFile } = servers.imap
    const oauth = {
      provider: 'acme',
      client_id: 'desk',
      refresh_token_file: file,
      token_url: provider.tokenUrl,
    }
    const imap = { host, port, tls: 'starttls', tls_ca_file: caFile, user: SUPPORT, oauth }
    desk = await startJourneyDesk(servers, { address: SUPPORT, dataDir, inbox: { imap } })
    await desk.daemon.workplace.store.transaction((tx) =>
      addUser(tx, { email: anAddress(CARLA), name: 'Carla', role: 'admin' }, new Date()),
    )
    api = await desk.apiOf(CARLA)
  })
  afterAll(async () => {
    await desk?.stop()
    await servers?.stop()
    await provider?.close()
  })

  const mail = (subject: string): string =>
    `From: ${ANA}\r\nTo: ${SUPPORT}\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@customer.test>\r\n\r\nIt is on fire.\r\n`
  interface Connection {
    readonly state: string
    readonly error: string | null
  }
  let api: Client
  /** As an admin sees it. */
  async function connection(): Promise<Connection> {
    const { body } = await api.get('/api/v1/inboxes')
    return (body.data?.[0]?.['imap'] as Connection | undefined) ?? expect.fail('no inbox')
  }
  const untilState = (wanted: string): Promise<Connection> =>
    until(
      wanted,
      async () => {
        const found = await connection()
        return found.state === wanted ? found : null
      },
      50,
      60_000,
    )
  const taken = async (count: number): Promise<void> => {
    const { read } = desk.daemon.workplace.store
    const find = async (): Promise<boolean> => {
      const rows = await listInbound(read, { limit: 10 })
      return rows.length === count && rows.every(({ fate }) => fate === 'ticket')
    }
    await until(`${count} tickets`, find, 50, 40_000)
  }

  test('is fetched with access tokens; withdrawn, it waits for a new one and then goes on', async () => {
    await servers.deliver(mail('one'), SUPPORT, ANA)
    await taken(1)
    await untilState('connected')
    expect(provider.asked).toEqual(['rt-1'])

    // The grant is withdrawn; with the server's restart the open session ends.
    provider.answerWith({ status: 400, body: '{"error":"invalid_grant"}' })
    provider.revoke(SUPPORT)
    await servers.imap.stop()
    await servers.imap.start()
    const { error } = await untilState('needs_reauth')
    expect(error).toContain(file)
    const asked = provider.asked.length

    await servers.deliver(mail('two'), SUPPORT, ANA)
    provider.answerWith(null)
    provider.allow('rt-2', SUPPORT)
    writeFileSync(file, 'rt-2')
    await taken(2)
    expect(provider.asked.slice(asked)).toEqual(['rt-2'])
  }, 120_000)
})
