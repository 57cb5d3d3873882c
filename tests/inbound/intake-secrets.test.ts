/** Codes and links that prove who reads them are for agents alone. */
import { expect, test } from 'vitest'
import { listComments } from '../../src/store/comments.ts'
import { findTicket } from '../../src/store/tickets.ts'
import { aMail } from '../kit/a-mail.ts'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { afterMail, arrive, desk, fatesOf, textOf } from './intake-desk.ts'

const CODE = '493201'

eachDatabase(
  'secret mail',
  (fresh) => {
    const everythingSent = async (): Promise<string> =>
      (await Promise.all((await desk.outbox()).map(textOf))).join('\n')

    const visibilities = async (ticketId: number): Promise<string[]> =>
      (
        await listComments(desk.store.read, { ticketId, publicOnly: false, afterId: 0, limit: 9 })
      ).map(({ visibility }) => visibility)

    const registration = (headers: Record<string, string>): string =>
      aMail({
        headers: {
          From: 'Service <noreply@service.test>',
          Subject: `Your verification code is ${CODE}`,
          ...headers,
        },
        text: `Hello, your verification code is ${CODE}.`,
      })

    test('a third party’s code opens a ticket that no mail of ours tells of', async () => {
      await afterMail(fresh, [registration({ Cc: 'mallory@stranger.test' })])
      expect(await fatesOf()).toEqual(['ticket'])
      expect(await findTicket(desk.store.read, 1)).toMatchObject({
        subject: 'Your verification code is …',
        tags: expect.arrayContaining(['sensitive']) as unknown,
      })
      expect(await visibilities(1)).toEqual(['internal'])
      const sent = await everythingSent()
      expect(sent).toContain('bruno@acme.test')
      expect(sent).not.toContain(CODE)
      expect(sent).not.toContain('mallory')
    })

    test('nor does one that is threaded into a customer’s ticket', async () => {
      await afterMail(fresh, [aMail({ headers: { 'Message-ID': '<first@customer.test>' } })])
      await arrive(
        registration({
          From: 'ana@customer.test',
          'In-Reply-To': '<first@customer.test>',
          'Auto-Submitted': 'auto-generated',
        }),
      )
      for (const id of [1, 2])
        expect((await visibilities(id)).slice(id === 1 ? 1 : 0)).not.toContain('public')
      expect(await everythingSent()).not.toContain(CODE)
    })

    test('nor one that the service really sent: its participant reads along', async () => {
      const inbox = { authserv_id: 'mx.acme.test' }
      const withHer = { From: 'mallory@stranger.test', Cc: 'noreply@service.test' }
      const headers = { ...withHer, 'Message-ID': '<hers@stranger.test>' }
      await afterMail(fresh, [aMail({ headers })], { inbox })
      await arrive(
        registration({
          'Authentication-Results':
            'mx.acme.test; dmarc=pass header.from=service.test; spf=pass smtp.mailfrom=service.test',
          'In-Reply-To': '<hers@stranger.test>',
        }),
      )
      const all = await desk.store.read<{ text: string; visibility: string }>('comments').select()
      const code = all.filter(({ text }) => text.includes(CODE))
      expect(code.map(({ visibility }) => visibility)).toEqual(['internal'])
      expect(await everythingSent()).not.toContain(CODE)
    })

    test('a person who asks about a code is answered as always', async () => {
      await afterMail(fresh, [
        aMail({ headers: { Subject: 'Verification code' }, text: `It says ${CODE} is wrong.` }),
      ])
      expect(await visibilities(1)).toEqual(['public'])
      expect((await desk.outbox()).map(({ kind }) => kind)).toContain('acknowledgement')
    })
  },
  onDesk,
)
