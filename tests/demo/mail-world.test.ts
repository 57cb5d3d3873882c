/** The tiny internet: what is sent by SMTP can be read by IMAP, and nothing goes elsewhere. */
import { createTransport } from 'nodemailer'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MailWorld } from '../../src/demo/mail-world.ts'
import { startMailWorld } from '../../src/demo/mail-world.ts'

let world: MailWorld

beforeEach(async () => {
  world = await startMailWorld({
    accounts: { 'support@acme.test': 'secret', 'ana@example.org': 'secret' },
    domains: ['example.org'],
  })
})

afterEach(() => world.close())

const send = (from: string, to: string, text: string) =>
  createTransport({ host: '127.0.0.1', port: world.smtp.port, ignoreTLS: true }).sendMail({
    from,
    to,
    text,
  })

test('two people write to each other', async () => {
  await send('ana@example.org', 'support+abc@acme.test', 'Help')
  await send('support@acme.test', 'ana@example.org', 'Here it is')
  expect(world.inboxOf('support@acme.test')[0]?.source.toString()).toContain('Help')
  const answer = await world.untilMail(
    'ana@example.org',
    ({ source }) => source.includes('Here it is'),
    { what: 'the answer' },
  )
  expect(answer.uid).toBe(1)
})

test('an unknown address of a known domain gets a mailbox with its first mail', async () => {
  await send('support@acme.test', 'new@example.org', 'Welcome')
  expect(world.inboxOf('new@example.org')).toHaveLength(1)
})

test('mail to any other domain stays on this machine', async () => {
  await send('support@acme.test', 'ben@elsewhere.test', 'Hello')
  expect(world.smtp.received).toMatchObject([{ undeliverable: ['ben@elsewhere.test'] }])
  expect(world.inboxOf('ben@elsewhere.test')).toEqual([])
})

test('waiting for mail that never comes ends with what was waited for', async () => {
  await expect(
    world.untilMail('ana@example.org', () => false, { what: 'an answer', timeoutMs: 10 }),
  ).rejects.toThrow('for an answer')
})
