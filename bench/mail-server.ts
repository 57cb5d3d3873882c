/**
 * The other end of the benchmark, in a process of its own so that it does not take the daemon's
 * time: an IMAP server with mails in it, and an SMTP server that notes when a mail was taken.
 */
import { once } from 'node:events'
import { startMailWorld } from '../src/demo/mail-world.ts'
import { mails } from './corpus.ts'

export const SUPPORT = 'support@acme.test'
export const PASSWORD = 'bench'

interface Command {
  readonly do: 'load' | 'notify' | 'stop'
  readonly count?: number
  readonly seed?: number
}

const say = (message: object): void => void process.send?.(message)

const world = await startMailWorld({ accounts: { [SUPPORT]: PASSWORD } })
const queue: Command[] = []
process.on('message', (command: Command) => queue.push(command))
say({ imap: world.imap.port, smtp: world.smtp.port })

for (;;) {
  const command = queue.shift()
  if (command === undefined) {
    await once(process, 'message')
    continue
  }
  if (command.do === 'stop') break
  if (command.do === 'load') {
    for (const { source } of mails(command.count ?? 0, command.seed))
      world.imap.deliver(SUPPORT, source)
    say({ loaded: command.count })
  } else {
    say({ latencies: await notifyOneByOne(command.count ?? 0) })
  }
}
await world.close()
process.disconnect()

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
