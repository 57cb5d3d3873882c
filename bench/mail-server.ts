/**
 * The other end of the benchmark, in a process of its own so that it does not take the daemon's
 * time: an IMAP server with mails in it, and an SMTP server that notes when a mail was taken.
 */
import { once } from 'node:events'
import { startMailWorld } from '../src/demo/mail-world.ts'
import { type Correspondence, mails } from './corpus.ts'

const SUPPORT = 'support@acme.test'
const PASSWORD = 'bench'

export type Command =
  /** Makes the mails; the clock starts when they are delivered. */
  | ({ readonly do: 'make' } & Correspondence)
  | { readonly do: 'deliver' }
  | { readonly do: 'notify'; readonly count: number }
  /** The milliseconds in which the SMTP server took `count` mails, after so many others. */
  | { readonly do: 'take'; readonly warmUp: number; readonly count: number }
  | { readonly do: 'stop' }

const say = (message: object): void => void process.send?.(message)

const world = await startMailWorld({ accounts: { [SUPPORT]: PASSWORD } })
const queue: Command[] = []
let made: readonly Buffer[] = []
process.on('message', (command: Command) => queue.push(command))
// Whoever measures was killed.
process.on('disconnect', () => process.exit())
say({ imap: world.imap.port, smtp: world.smtp.port })

for (;;) {
  const command = queue.shift()
  if (command === undefined) {
    await once(process, 'message')
    continue
  }
  if (command.do === 'stop') break
  say(await answerTo(command))
}
await world.close()
process.disconnect()

async function answerTo(command: Exclude<Command, { do: 'stop' }>): Promise<object> {
  switch (command.do) {
    case 'make':
      made = mails(command).map(({ source }) => source)
      return { made: made.length }
    case 'deliver':
      for (const source of made) world.imap.deliver(SUPPORT, source)
      return { delivered: made.length }
    case 'notify':
      return { latencies: await notifyOneByOne(command.count) }
    case 'take':
      return { ms: await takeAll(command) }
  }
}

/** Milliseconds from the EXISTS to the acknowledgement being taken, one mail after the other. */
async function notifyOneByOne(count: number): Promise<number[]> {
  const latencies: number[] = []
  for (let index = 0; index < count; index += 1) {
    const address = `quick${index}@example.org`
    const taken = world.smtp.untilReceived(
      (all) => all.find(({ envelope }) => envelope.rcptTo.includes(address)),
      {
        what: `the acknowledgement to ${address}`,
      },
    )
    const started = performance.now()
    world.imap.deliver(
      SUPPORT,
      `From: <${address}>\r\nTo: ${SUPPORT}\r\nSubject: Quick ${index}\r\nMessage-ID: <quick-${index}-${Date.now()}@example.org>\r\n\r\nHello, is anybody there? ${index}\r\n`,
    )
    await taken
    latencies.push(performance.now() - started)
  }
  return latencies
}

async function takeAll({ warmUp, count }: { warmUp: number; count: number }): Promise<number> {
  let taken = 0
  let startedAt = 0
  let last = world.smtp.received.at(-1)
  await world.smtp.untilReceived(
    (all) => {
      const latest = all.at(-1)
      if (latest !== last && ++taken === warmUp) startedAt = performance.now()
      last = latest
      return taken >= warmUp + count ? true : undefined
    },
    { what: `${warmUp + count} mails`, timeoutMs: 120_000 },
  )
  return performance.now() - startedAt
}
