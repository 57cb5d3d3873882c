/** Mail in and out through a network that fails: everything arrives, and nothing twice. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aMail } from '../kit/a-mail.ts'
import { onSqlite } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { type FaultProxy, type NetworkFault, startFaultProxy } from '../kit/fault-proxy.ts'
import { type RunningDesk, sharedParser, startDesk, until } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'

const scratch = makeScratch('network')
const parser = sharedParser(scratch)
const MAILS = 3
let proxy: FaultProxy
let desk: RunningDesk

describe('a network that fails', () => {
  const fresh = onSqlite(onDesk)

  beforeEach(async () => {
    proxy = await startFaultProxy()
  })
  afterEach(async () => {
    await desk.close()
    await proxy.close()
  })
  afterAll(async () => {
    await parser.close()
    removeScratch(scratch)
  })

  const startBehind = async (which: 'imap' | 'smtp'): Promise<void> => {
    const inbox = { [which]: { port: proxy.port } }
    desk = await startDesk(await fresh(), parser, {
      acknowledgement: { budget: 'unlimited' },
      inbox,
    })
    proxy.leadTo(desk.world[which].port)
    for (let i = 0; i < MAILS; i += 1) {
      desk.arrives(aMail({ headers: { From: `customer${i}@customer.test` }, text: `Mail ${i}.` }))
    }
  }

  const answered = (): string[] =>
    desk.world.smtp.received.flatMap(({ envelope }) => envelope.rcptTo).toSorted()
  const everybody = Array.from({ length: MAILS }, (_, i) => `customer${i}@customer.test`)
  const outcomes = async (): Promise<string[]> =>
    (await desk.outbox()).map(({ outcome }) => outcome).toSorted()

  const SOURCES = /UID FETCH \S+ \(.*BODY/
  test.each<[string, NetworkFault]>([
    ['is cut inside a message', { after: SOURCES, from: 'server', atByte: 200, do: 'cut' }],
    ['is reset inside a message', { after: SOURCES, from: 'server', atByte: 200, do: 'reset' }],
    ['is reset before the greeting is over', { from: 'server', atByte: 5, do: 'reset' }],
    ['is cut inside a login', { after: /LOGIN|AUTH/, from: 'server', atByte: 3, do: 'cut' }],
    [
      'gives a byte at a time',
      { after: SOURCES, from: 'server', atByte: 0, do: 'drip', everyMs: 1 },
    ],
    [
      'is late with an answer',
      { after: SOURCES, from: 'server', atByte: 90, do: 'delay', ms: 800 },
    ],
  ])('that %s while mail is fetched loses and repeats nothing', async (_name, fault) => {
    await startBehind('imap')
    const { happened } = proxy.add(fault)
    desk.start('fetch', 'intake')
    await happened
    const rows = await desk.untilSettled(MAILS)
    expect(rows.map(({ fate }) => fate)).toEqual(Array.from({ length: MAILS }, () => 'ticket'))
  })

  test('that is half-open is noticed when it is reset, and everything is fetched once', async () => {
    await startBehind('imap')
    const { happened } = proxy.add({ after: SOURCES, from: 'server', atByte: 200, do: 'freeze' })
    desk.start('fetch', 'intake')
    await happened
    proxy.resetAll()
    expect(await desk.untilSettled(MAILS)).toHaveLength(MAILS)
  })

  test.each<[string, NetworkFault]>([
    ['is cut after MAIL', { after: /^MAIL/m, from: 'server', atByte: 0, do: 'cut' }],
    ['is reset inside a message', { after: /^DATA/m, from: 'client', atByte: 300, do: 'reset' }],
    [
      'takes a byte at a time',
      { after: /^DATA/m, from: 'client', atByte: 0, do: 'drip', everyMs: 1 },
    ],
    [
      'is late with the last answer',
      { after: /^\.\r$/m, from: 'server', atByte: 0, do: 'delay', ms: 800 },
    ],
  ])('that %s while mail is sent loses and repeats nothing', async (_name, fault) => {
    await startBehind('smtp')
    const { happened } = proxy.add(fault)
    desk.start('fetch', 'intake', 'send')
    await happened
    await until('the answers', async () => {
      const sent = await outcomes()
      return sent.length === MAILS && sent.every((outcome) => outcome === 'sent')
    })
    expect(answered()).toEqual(everybody)
  })

  test('that dies after a dot leaves one delivery uncertain, and the others go on meanwhile', async () => {
    await startBehind('smtp')
    const { happened } = proxy.add({ after: /^\.\r$/m, from: 'server', atByte: 0, do: 'freeze' })
    desk.start('fetch', 'intake', 'send')
    await happened
    const others = Array.from({ length: MAILS - 1 }, () => 'sent')
    const waiting = ['ending', ...others].toSorted()
    await until('the others', async () => (await outcomes()).join() === waiting.join())
    proxy.resetAll()
    const ended = [...others, 'uncertain']
    await until('the uncertain one', async () => (await outcomes()).join() === ended.join())
    expect(answered()).toEqual(everybody)
  })
})
