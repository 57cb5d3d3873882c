/** The demo without its daemon: what it asks for, what its people write, how it ends. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigFile } from '../../src/config-schema.ts'
import type { DemoDaemonSetup } from '../../src/demo/demo.ts'
import { runDemo } from '../../src/demo/demo.ts'
import { MailProgram } from '../../src/demo/mail-program.ts'
import type { MailWorld } from '../../src/demo/mail-world.ts'
import { startMailWorld } from '../../src/demo/mail-world.ts'

describe('a person with a mail program', () => {
  const ana = { name: 'Ana', address: 'ana@example.org' }
  const kenji = { name: '佐藤健二', address: 'kenji@sato.test' }
  const options = { password: 'secret', signal: new AbortController().signal }
  let world: MailWorld

  beforeEach(async () => {
    world = await startMailWorld({
      accounts: { [ana.address]: 'secret', [kenji.address]: 'secret' },
    })
  })

  afterEach(() => world.close())

  test('writes in any script and reads what others wrote', async () => {
    const subject = 'ログインできません、パスワードを入力しても何も起こりません'
    await new MailProgram(world, kenji, options).write({
      to: [ana],
      subject,
      text: '.お世話になっております。\n.\nGrüße\n',
      html: '<p>お世話になっております。</p>',
      attachments: [{ filename: 'a.txt', contentType: 'text/plain', content: Buffer.from('a') }],
    })
    const mail = await new MailProgram(world, ana, options).waitFor('the mail', () => true)
    expect(mail).toMatchObject({ from: kenji.address, subject, isAutomatic: false })
    expect(mail.text).toBe('.お世話になっております。\n.\nGrüße\n')
  })

  test('replies to Reply-To, keeps the thread together and quotes', async () => {
    const inKenjisHands = new MailProgram(world, kenji, options)
    await new MailProgram(world, ana, options).write({
      to: [kenji],
      subject: 'Hello',
      text: 'How are you?\n.\n',
      headers: { 'Reply-To': 'ana+token@example.org', References: '<first@example.org>' },
    })
    const mail = await inKenjisHands.waitFor('the mail', () => true)
    await inKenjisHands.reply(mail, 'Fine.')
    const reply = await new MailProgram(world, ana, options).waitFor('the reply', () => true)
    expect(reply.subject).toBe('Re: Hello')
    expect(reply.references).toEqual(['<first@example.org>', mail.messageId])
    expect(reply.text).toMatch(/^Fine\.\n\nOn .* wrote:\n> How are you\?\n> \.\n$/)
    expect(world.smtp.received[1]?.envelope.rcptTo).toEqual(['ana+token@example.org'])
  })
})

test('the daemon is started with a valid configuration, and the demo ends when it is stopped', async () => {
  const stop = new AbortController()
  const printed: string[] = []
  let setup: DemoDaemonSetup | null = null
  let isStopped = false
  const exitCode = await runDemo({
    once: false,
    port: null,
    signal: stop.signal,
    print: (line) => {
      printed.push(line)
      if (line.startsWith('- ')) stop.abort()
    },
    startDaemon: async (wanted) => {
      setup = wanted
      return {
        url: 'http://127.0.0.1:1',
        token: 'none',
        stop: async () => {
          isStopped = true
        },
      }
    },
  })
  expect(exitCode).toBe(0)
  expect(isStopped).toBe(true)
  expect(printed.join('\n')).toContain('http://127.0.0.1:1')
  expect(setup).toMatchObject({ users: [{ role: 'agent' }, { role: 'agent' }, { role: 'admin' }] })
  const { config } = setup as unknown as DemoDaemonSetup
  expect(ConfigFile.parse(config)).toMatchObject({ inboxes: [{ address: 'support@acme.test' }] })
})
