/** `postroom replay` leaves alone what people decided about, and what was done already. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { discardInboundMessage } from '../../src/desk/inbound-orders.ts'
import { findInbound } from '../../src/store/inbound-messages.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk, SUPPORT } from '../kit/desk-context.ts'
import { afterMail, arrive, desk, fatesOf, replyFrom } from '../inbound/intake-desk.ts'
import { type Ran, run } from './run-program.ts'

eachDatabase(
  'replay leaves alone',
  (fresh) => {
    let replay: (...words: string[]) => Promise<Ran>

    async function start(mails: readonly string[]): Promise<void> {
      const database = await fresh()
      await afterMail(async () => database, mails)
      const account = (port: number): string =>
        `{ host: 127.0.0.1, port: ${port}, tls: none, user: ${SUPPORT}, password: secret }`
      const file = path.join(database.dataDir, 'postroom.yaml')
      writeFileSync(
        file,
        `data_dir: ${database.dataDir}\ndatabase: ${database.url}\ninboxes:\n  - name: Support\n    address: ${SUPPORT}\n    imap: ${account(desk.world.imap.port)}\n    smtp: ${account(desk.world.smtp.port)}\n`,
      )
      replay = (...words) => run(['replay', ...words, '--config', file])
    }

    async function expectNothingToDo(): Promise<void> {
      await desk.stop()
      for (const words of [['--apply'], []]) {
        const { stdout, stderr, code } = await replay(...words)
        expect([code, stdout]).toEqual([0, ''])
        expect(stderr).toContain('0 different')
      }
      expect((await replay()).stderr).toContain('Nothing is to be done')
    }

    test.each([
      ['with its mark', {}],
      ['by an older version', { evidence: '{}' }],
    ])('what an agent discarded, %s', async (_when, older) => {
      await start([aMail()])
      await desk.stop()
      // The rules of then held it, those of today would take it.
      await desk.store.transaction((tx) =>
        tx('inbound_messages').where({ id: 1 }).update({
          fate: 'quarantined',
          ticket_id: null,
          comment_id: null,
        }),
      )
      const by = await desk.addUser('carla@acme.test', 'admin')
      await desk.write((tx) => discardInboundMessage(tx, { messageId: 1, by }, desk.clock.now()))
      await desk.store.transaction((tx) =>
        tx('inbound_messages').update({ fate: 'ignored', ...older }),
      )
      await expectNothingToDo()
      const row = await findInbound(desk.store.read, 1)
      expect([row?.fate, row?.reasons[0]]).toEqual(['ignored', `discarded by user ${by.id}`])
    })

    test('what its author discarded, who was asked', async () => {
      await start([aMail()])
      await arrive(await replyFrom('bruno@acme.test', '#close'))
      await arrive(await replyFrom('bruno@acme.test', 'One more thing.'))
      await arrive(await replyFrom('bruno@acme.test', '#discard'))
      expect(await fatesOf()).toEqual(['ticket', 'system', 'ignored', 'system'])
      await expectNothingToDo()
    })

    test('commands that were done, were refused, or were held', async () => {
      await start([aMail()])
      for (const text of ['#pending', '#clsoe\nDone.', '#take\n#priority huge\nDone.']) {
        await arrive(await replyFrom('bruno@acme.test', text))
      }
      expect(await fatesOf()).toEqual(['ticket', 'system', 'system', 'quarantined'])
      await expectNothingToDo()
    })

    test.each([['#stop'], ['#close']])('a customer’s %s', async (wish) => {
      await start([aMail()])
      await arrive(await replyFrom('ana@customer.test', wish))
      expect(await fatesOf()).toEqual(['ticket', 'system'])
      await expectNothingToDo()
    })
  },
  onDesk,
)
