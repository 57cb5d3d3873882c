/** What goes on when the story is over: now and then somebody writes, now and then an answer. */
import { pause } from '../pause.ts'
import type { MailProgram } from './mail-program.ts'
import { ANSWERS, SMALL_TALK, SUPPORT } from './personas.ts'
import type { Cast } from './story.ts'

const BETWEEN_QUESTIONS_MS = 25_000
const BEFORE_ANSWER_MS = 8_000

/** Every third question waits for the person in front of the demo to answer it. */
const UNANSWERED_EVERY = 3

export async function keepTalking(cast: Cast, signal: AbortSignal): Promise<void> {
  const customers: readonly MailProgram[] = [cast.ana, cast.lena, cast.omar, cast.kenji]
  const agents: readonly MailProgram[] = [cast.bruno, cast.nora]
  for (let turn = 0; !signal.aborted; turn += 1) {
    await pause(BETWEEN_QUESTIONS_MS, signal)
    const [subject, text] = pick(SMALL_TALK, turn)
    const agent = pick(agents, turn)
    const known = new Set(agent.mails.map(({ messageId }) => messageId))
    if (signal.aborted) return
    await pick(customers, turn).write({ to: [SUPPORT], subject, text })
    if (turn % UNANSWERED_EVERY === UNANSWERED_EVERY - 1) continue

    const notice = await agent.waitFor(
      `the notice about "${subject}"`,
      (mail) => mail.subject.includes(subject) && !known.has(mail.messageId),
    )
    await pause(BEFORE_ANSWER_MS, signal)
    if (!signal.aborted) await agent.reply(notice, pick(ANSWERS, turn))
  }
}

function pick<Item>(items: readonly Item[], turn: number): Item {
  const item = items[turn % items.length]
  if (item === undefined) throw new Error('there is nothing to pick from')
  return item
}
