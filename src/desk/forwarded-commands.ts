/**
 * Commands above a mail that an agent passes on. They are not run: acting as an agent needs his
 * token, and a forward has none. Nor are they passed over in silence: he is told, and a reply to
 * that mail is where they count.
 */
import { mailNotDone } from '../outbound/command-mail.ts'
import type { Tx } from '../store/open.ts'
import { readCommands } from '../ticket/commands.ts'
import { findStatus } from '../ticket/lifecycle.ts'
import type { Ticket } from '../ticket/ticket.ts'
import type { User } from '../ticket/user.ts'
import type { DeskContext } from './context.ts'

/**
 * @param input `written`: what stands above the forwarded mail; `proven`: it is authenticated, so that it
 *   may be repeated to him.
 */
export async function tellOfForwardedCommands(
  tx: Tx,
  context: DeskContext,
  input: { ticket: Ticket; agent: User; written: string; proven: boolean },
  at: Date,
): Promise<void> {
  const { ticket, agent, written, proven } = input
  if (!hasCommands(context, written)) return
  const notDone = {
    ticket,
    agent,
    opened: true,
    mistakes: [],
    reason: null,
    overtaken: null,
    because: '',
    choices: [],
    held: null,
    text: proven ? written : '',
  }
  await mailNotDone(tx, context, notDone, at)
}

/** Written right, or nearly; a word that resembles none may be a hashtag. */
function hasCommands({ lifecycle }: DeskContext, written: string): boolean {
  const isStatus = (word: string) => findStatus(lifecycle, word) !== null
  const { commands, mistakes } = readCommands(written, isStatus)
  return commands.length > 0 || mistakes.some(({ suggestion }) => suggestion !== null)
}
