/** The demo's servers over TLS, from the first byte and after STARTTLS. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'
import { afterEach, describe, expect, test } from 'vitest'
import type { MailWorld } from '../../src/demo/mail-world.ts'
import { startMailWorld } from '../../src/demo/mail-world.ts'
import { StreamReader } from '../../src/demo/reader.ts'
import { makeCertificateAuthority } from '../kit/certificates.ts'

const USER = 'support@acme.test'
const authority = makeCertificateAuthority()
const certificate = authority.issue('127.0.0.1', 'localhost')
let world: MailWorld

afterEach(() => world.close())

async function startWorld(implicit: boolean): Promise<void> {
  world = await startMailWorld({
    accounts: { [USER]: 'secret' },
    tls: { ...certificate, implicit },
  })
}

describe.each([
  ['from the first byte', true],
  ['after STARTTLS', false],
])('TLS %s', (_name, implicit) => {
  test('a client that knows the authority reads its mail', async () => {
    await startWorld(implicit)
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: world.imap.port,
      secure: implicit,
      doSTARTTLS: !implicit,
      tls: { ca: authority.ca },
      auth: { user: USER, pass: 'secret' },
      logger: false,
    })
    await client.connect()
    expect(client.secureConnection).toBe(true)
    expect(await client.status('INBOX', { messages: true })).toMatchObject({ messages: 0 })
    await client.logout()
  })

  test('a client that does not know it hangs up before the password', async () => {
    await startWorld(implicit)
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: world.imap.port,
      secure: implicit,
      doSTARTTLS: !implicit,
      auth: { user: USER, pass: 'secret' },
      logger: false,
    })
    client.on('error', () => {
      // The promise says it.
    })
    await expect(client.connect()).rejects.toThrow()
    const spoken = world.imap.commands.map(({ text }) => text.split(' ')[0])
    expect(spoken).not.toContain('AUTHENTICATE')
    expect(spoken).not.toContain('LOGIN')
  })

  test('mail is sent, and faults strike inside', async () => {
    await startWorld(implicit)
    const transport = createTransport({
      host: '127.0.0.1',
      port: world.smtp.port,
      secure: implicit,
      requireTLS: !implicit,
      tls: { ca: authority.ca },
      auth: { user: USER, pass: 'secret' },
    })
    const mail = { from: USER, to: USER, text: 'Hello' }
    world.smtp.faults.add({ at: 'dot', do: 'reply', with: '451 4.3.0 Later' })
    await expect(transport.sendMail(mail)).rejects.toMatchObject({ responseCode: 451 })
    await transport.sendMail(mail)
    expect(world.inboxOf(USER)).toHaveLength(1)
  })
})

test('commands slipped in before the TLS handshake are not obeyed', async () => {
  await startWorld(false)
  const socket = connect(world.imap.port, '127.0.0.1')
  await once(socket, 'connect')
  const reader = new StreamReader(socket)
  await reader.line()
  socket.write(`a STARTTLS\r\nb LOGIN ${USER} secret\r\n`)
  expect(await reader.line()).toBe('a OK Begin TLS negotiation now')
  socket.end()
  await once(socket, 'close')
  expect(world.imap.commands.map(({ text }) => text)).toEqual(['STARTTLS'])
})
