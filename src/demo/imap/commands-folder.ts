/** IMAP commands about folders: finding, opening, making them, and putting mail into one. */
import type { Account, Folder } from './accounts.ts'
import { parseDateTime } from './dates.ts'
import { quoted } from './describe.ts'
import type { Command, ImapSession, Request } from './session.ts'
import { BadCommand, isAtom, itemsOf, textOf } from './tokens.ts'

const FLAGS = '\\Answered \\Flagged \\Deleted \\Seen \\Draft'

const NO_FOLDER = 'NO [NONEXISTENT] No such folder'

/** The account of a session whose command is allowed only after login. */
function accountOf(session: ImapSession): Account {
  if (session.account === null) throw new BadCommand('Log in first')
  return session.account
}

/** `*` matches everything, `%` everything inside one level (RFC 9051 §6.3.9). */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split(/([*%])/).map((part) => {
    if (part === '*') return '.*'
    return part === '%' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`, 'i').test(name)
}

async function list(session: ImapSession, { args }: Request, word: string): Promise<string> {
  // LIST (SPECIAL-USE) "" "*": the selection options of RFC 6154 come first.
  const onlySpecial = args[0]?.kind === 'list'
  const [reference, pattern] = onlySpecial ? args.slice(1) : args
  const wanted = textOf(reference) + textOf(pattern)
  if (wanted === '') {
    await session.say(`${word} (\\Noselect) "/" ""`)
    return 'OK done'
  }
  for (const { name, specialUse } of accountOf(session).folders) {
    if (!matches(wanted, name) || (onlySpecial && specialUse === null)) continue
    const use = specialUse !== null && session.has('SPECIAL-USE') ? ` ${specialUse}` : ''
    await session.say(`${word} (\\HasNoChildren${use}) "/" ${quoted(name)}`)
  }
  return 'OK done'
}

const STATUS_ITEMS: Readonly<Record<string, (folder: Folder) => number>> = {
  MESSAGES: (folder) => folder.messages.length,
  RECENT: () => 0,
  UIDNEXT: (folder) => folder.uidNext,
  UIDVALIDITY: (folder) => folder.uidValidity,
  UNSEEN: (folder) => folder.messages.filter(({ flags }) => !flags.has('\\Seen')).length,
  SIZE: (folder) => folder.messages.reduce((sum, { source }) => sum + source.length, 0),
}

async function status(session: ImapSession, { args }: Request): Promise<string> {
  const folder = accountOf(session).find(textOf(args[0]))
  if (folder === null) return NO_FOLDER
  const items = itemsOf(args[1]).map((token) => {
    const name = textOf(token).toUpperCase()
    const count = STATUS_ITEMS[name]
    if (count === undefined) throw new BadCommand(`Unknown status item ${name}`)
    return `${name} ${count(folder)}`
  })
  await session.say(`STATUS ${quoted(folder.name)} (${items.join(' ')})`)
  return 'OK done'
}

async function open(
  session: ImapSession,
  { args }: Request,
  { readOnly }: { readOnly: boolean },
): Promise<string> {
  session.unselect()
  const folder = accountOf(session).find(textOf(args[0]))
  if (folder === null) return NO_FOLDER
  session.select(folder, { readOnly })
  const unseen = folder.messages.findIndex(({ flags }) => !flags.has('\\Seen')) + 1

  await session.say(`FLAGS (${FLAGS})`)
  await session.say(`OK [PERMANENTFLAGS (${readOnly ? '' : `${FLAGS} \\*`})] Flags`)
  await session.say(`${folder.messages.length} EXISTS`)
  await session.say('0 RECENT')
  if (unseen > 0) await session.say(`OK [UNSEEN ${unseen}] First unseen`)
  await session.say(`OK [UIDVALIDITY ${folder.uidValidity}] UIDs valid`)
  await session.say(`OK [UIDNEXT ${folder.uidNext}] Predicted next UID`)
  return `OK [READ-${readOnly ? 'ONLY' : 'WRITE'}] Opened`
}

function append(session: ImapSession, { args }: Request): string {
  const [name, ...rest] = args
  const folder = accountOf(session).find(textOf(name))
  const source = rest.at(-1)
  if (source?.kind !== 'string') throw new BadCommand('A message is needed')
  if (folder === null) return 'NO [TRYCREATE] No such folder'
  const flags = rest.find((token) => token.kind === 'list')
  const date = rest.length > 1 ? rest.at(-2) : undefined

  const { uid } = folder.add({
    source: source.bytes,
    flags: flags === undefined ? [] : itemsOf(flags).map(textOf),
    internalDate: date?.kind === 'string' ? parseDateTime(date.text) : undefined,
  })
  return session.has('UIDPLUS') ? `OK [APPENDUID ${folder.uidValidity} ${uid}] Stored` : 'OK Stored'
}

function create(session: ImapSession, { args }: Request): string {
  const account = accountOf(session)
  const name = textOf(args[0]).replace(/\/$/, '')
  if (account.find(name) !== null) return 'NO [ALREADYEXISTS] There is one already'
  account.create(name)
  return 'OK done'
}

function remove(session: ImapSession, { args }: Request): string {
  const account = accountOf(session)
  const folder = account.find(textOf(args[0]))
  if (folder === null) return NO_FOLDER
  if (folder.name === 'INBOX') return 'NO [CANNOT] INBOX stays'
  account.remove(folder)
  return 'OK done'
}

function leave(session: ImapSession, { expunge }: { expunge: boolean }): string {
  const selected = session.selected
  if (expunge && selected !== null && !selected.readOnly) {
    selected.folder.expunge(selected.folder.messages.filter(({ flags }) => flags.has('\\Deleted')))
  }
  session.unselect()
  return 'OK done'
}

export const FOLDER_COMMANDS: Readonly<Record<string, Command>> = {
  LIST: { when: 'logged_in', run: (session, request) => list(session, request, 'LIST') },
  LSUB: {
    when: 'logged_in',
    run: (session, request) =>
      isAtom(request.args[0], 'NIL') ? 'OK done' : list(session, request, 'LSUB'),
  },
  STATUS: { when: 'logged_in', run: status },
  SELECT: {
    when: 'logged_in',
    run: (session, request) => open(session, request, { readOnly: false }),
  },
  EXAMINE: {
    when: 'logged_in',
    run: (session, request) => open(session, request, { readOnly: true }),
  },
  APPEND: { when: 'logged_in', run: append },
  CREATE: { when: 'logged_in', run: create },
  DELETE: { when: 'logged_in', run: remove },
  SUBSCRIBE: { when: 'logged_in', run: () => 'OK done' },
  UNSUBSCRIBE: { when: 'logged_in', run: () => 'OK done' },
  CLOSE: { when: 'selected', run: (session) => leave(session, { expunge: true }) },
  UNSELECT: { when: 'selected', run: (session) => leave(session, { expunge: false }) },
}
