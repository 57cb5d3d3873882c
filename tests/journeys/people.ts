/** The people around a desk in a journey: they write to it, answer what they got, and see what came. */
import { simpleParser } from 'mailparser'
import { expect } from 'vitest'
import { aMail, type MailText } from '../kit/a-mail.ts'
import { styledReply } from '../kit/client-styles.ts'
import type { JourneyDesk } from '../kit/journey-desk.ts'
import type { MailServers } from '../kit/mail-servers.ts'

export interface Surroundings {
  readonly servers: MailServers
  readonly desk: JourneyDesk
  /** Of the inbox they write to. */
  readonly address: string
}

/** @param around asked each time: the desk may have been started anew. */
export function peopleAround(around: () => Surroundings) {
  const mails = (user: string): Buffer[] => around().servers.mailbox(user).messages()

  /** It lies in the inbox, and the desk has done with it all it does. */
  const arrives = (source: string, from: string): Promise<void> => {
    const { servers, desk, address } = around()
    return desk.untilTaken(() => servers.deliver(source, address, from))
  }

  return {
    mails,
    arrives,

    writes: (from: string, { headers = {}, ...mail }: MailText): Promise<void> => {
      const to = around().address
      return arrives(aMail({ ...mail, headers: { From: from, To: to, ...headers } }), from)
    },

    /** As Gmail answers a mail. */
    answers: (from: string, answered: Buffer, text: string): Promise<void> =>
      arrives(styledReply('Gmail', { from, answered, text }), from),

    newest: (user: string): Buffer => mails(user).at(-1) ?? expect.fail(`no mail for ${user}`),

    /** What comes for somebody while that is done. */
    hears: async (user: string, work: () => Promise<unknown>): Promise<Buffer[]> => {
      await around().desk.untilAtRest()
      const { length } = mails(user)
      await work()
      await around().desk.untilAtRest()
      return mails(user).slice(length)
    },
  }
}

/** What a person reads of it. */
export const textOf = async (mail: Buffer | undefined): Promise<string> =>
  (await simpleParser(mail ?? '')).text ?? ''
