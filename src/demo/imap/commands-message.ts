/** IMAP commands about the messages of the selected folder. */
import type { Folder, FlagChange, StoredMessage } from './accounts.ts'
import { answerFetch, flagsOf, marksSeen, parseFetchItems } from './fetch-items.ts'
import type { Candidate } from './search.ts'
import { parseSearch } from './search.ts'
import type { SelectedFolder } from './selected-folder.ts'
import { isInSet, parseSequenceSet } from './sequence-set.ts'
import type { Command, ImapSession, Request } from './session.ts'
import { BadCommand, itemsOf, textOf } from './tokens.ts'

const READ_ONLY = 'NO [READ-ONLY] The folder is open for reading'

function selectedOf(session: ImapSession): SelectedFolder {
  if (session.selected === null) throw new BadCommand('Select a folder first')
  return session.selected
}

async function search(session: ImapSession, { args, byUid }: Request): Promise<string> {
  const selected = selectedOf(session)
  const passes = parseSearch(args, selected.highest)
  const found = selected.candidates
    .filter(({ message }) => selected.folder.holds(message))
    .filter(passes)
    .map(({ message, sequence }) => (byUid ? message.uid : sequence))
  await session.say(['SEARCH', ...found].join(' '))
  return 'OK done'
}

async function fetch(session: ImapSession, { args, byUid }: Request): Promise<string> {
  const selected = selectedOf(session)
  const asked = parseFetchItems(args[1], byUid)
  const marks = !selected.readOnly && asked.some(marksSeen)
  for (const { message, sequence } of selected.pick(textOf(args[0]), { byUid })) {
    const isNew = marks && !message.flags.has('\\Seen')
    if (isNew) selected.folder.changeFlags(message, 'add', ['\\Seen'], selected.listener)
    const items = isNew && !asked.includes('FLAGS') ? [...asked, 'FLAGS'] : asked
    await session.say(`${sequence} FETCH (`, ...answerFetch(message, items), ')')
  }
  return 'OK done'
}

const FLAG_CHANGES: Readonly<Record<string, FlagChange>> = {
  FLAGS: 'replace',
  '+FLAGS': 'add',
  '-FLAGS': 'remove',
}

async function store(session: ImapSession, { args, byUid }: Request): Promise<string> {
  const selected = selectedOf(session)
  if (selected.readOnly) return READ_ONLY
  const [item = '', suffix] = textOf(args[1]).toUpperCase().split('.')
  const change = FLAG_CHANGES[item]
  if (change === undefined) throw new BadCommand('Unknown store item')
  const flags = args[2]?.kind === 'list' ? itemsOf(args[2]).map(textOf) : args.slice(2).map(textOf)

  for (const { message, sequence } of selected.pick(textOf(args[0]), { byUid })) {
    selected.folder.changeFlags(message, change, flags, selected.listener)
    if (suffix === 'SILENT') continue
    await session.say(`${sequence} FETCH (UID ${message.uid} FLAGS ${flagsOf(message)})`)
  }
  return 'OK done'
}

/** Copies and says which UID became which (RFC 4315), or null when there was nothing to copy. */
function copyInto(target: Folder, from: readonly Candidate[]): string | null {
  if (from.length === 0) return null
  const copies = from.map(({ message: { source, flags, internalDate } }) =>
    target.add({ source, flags: [...flags], internalDate }),
  )
  const uids = (messages: readonly StoredMessage[]): string =>
    messages.map(({ uid }) => uid).join(',')
  const sources = from.map(({ message }) => message)
  return `[COPYUID ${target.uidValidity} ${uids(sources)} ${uids(copies)}]`
}

async function copyOrMove(
  session: ImapSession,
  { args, byUid }: Request,
  { move }: { move: boolean },
): Promise<string> {
  const selected = selectedOf(session)
  if (move && selected.readOnly) return READ_ONLY
  const target = session.account?.find(textOf(args[1])) ?? null
  if (target === null) return 'NO [TRYCREATE] No such folder'
  const picked = selected.pick(textOf(args[0]), { byUid })
  const copied = copyInto(target, picked)
  const code = copied === null || !session.has('UIDPLUS') ? '' : `${copied} `
  if (!move) return `OK ${code}done`

  // RFC 6851 §4.3: COPYUID comes untagged, before the EXPUNGEs.
  if (code !== '') await session.say(`OK ${code}Moved`)
  selected.folder.expunge(picked.map(({ message }) => message))
  return 'OK done'
}

function expunge(session: ImapSession, { args, byUid }: Request): string {
  const selected = selectedOf(session)
  if (selected.readOnly) return READ_ONLY
  if (byUid && !session.has('UIDPLUS')) throw new BadCommand('Unknown UID command')
  const ranges = byUid ? parseSequenceSet(textOf(args[0]), selected.highest.uid) : null
  const deleted = selected.folder.messages.filter(
    ({ uid, flags }) => flags.has('\\Deleted') && (ranges === null || isInSet(ranges, uid)),
  )
  selected.folder.expunge(deleted)
  return 'OK done'
}

export const MESSAGE_COMMANDS: Readonly<Record<string, Command>> = {
  SEARCH: { when: 'selected', run: search },
  FETCH: { when: 'selected', run: fetch },
  STORE: { when: 'selected', run: store },
  COPY: {
    when: 'selected',
    run: (session, request) => copyOrMove(session, request, { move: false }),
  },
  MOVE: {
    when: 'selected',
    run: (session, request) => copyOrMove(session, request, { move: true }),
  },
  EXPUNGE: { when: 'selected', run: expunge },
  IDLE: {
    when: 'logged_in',
    async run(session) {
      await session.idle()
      return 'OK Idle ended'
    },
  },
}
