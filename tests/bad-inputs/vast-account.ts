/**
 * An IMAP account of 100,000 folders, and 2,000,000 messages in the one that is asked for. Nothing of
 * it is stored: every message is made when it is asked for. All but the newest few are years old.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

export const MESSAGES = 2_000_000
export const RECENT = 3
const FOLDERS = 100_000

export interface VastAccount {
  readonly port: number
  /** Without their tags, oldest first. */
  readonly commands: readonly string[]
  close(): void
}

export async function startVastAccount(): Promise<VastAccount> {
  const commands: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.write('* OK [CAPABILITY IMAP4rev1 IDLE AUTH=PLAIN SASL-IR] vast\r\n')
    createInterface({ input: socket }).on('line', (line) => {
      const [tag = '', ...words] = line.split(' ')
      const command = words.join(' ')
      if (tag === 'DONE') {
        // It comes without a tag, and ends what is under way.
        socket.write(`${idling.get(socket) ?? '*'} OK done\r\n`)
        return
      }
      commands.push(command)
      if (command === 'IDLE') {
        idling.set(socket, tag)
        socket.write('+ idling\r\n')
      } else answer(socket, tag, command)
    })
  })
  const idling = new WeakMap<Socket, string>()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function answer(socket: Socket, tag: string, command: string): void {
  for (const part of untagged(command)) socket.write(part)
  socket.write(`${tag} OK done\r\n`)
}

function* untagged(command: string): Generator<string> {
  const [, folder] = /^LIST "" "?([^" ]*)"?$/.exec(command) ?? []
  if (folder !== undefined) yield* folders(folder)
  else if (command.startsWith('SELECT')) {
    yield `* ${MESSAGES} EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT ${MESSAGES + 1}] .\r\n`
  } else if (command.startsWith('UID SEARCH')) {
    const isOfLate = command.includes('SINCE')
    for (const uid of uidsOf(/UID (\S+)/.exec(command.slice('UID SEARCH'.length))?.[1] ?? '1:*')) {
      if (!isOfLate || uid > MESSAGES - RECENT) yield `* SEARCH ${uid}\r\n`
    }
  } else if (command.startsWith('UID FETCH')) {
    for (const uid of uidsOf(command.split(' ')[2] ?? '')) yield fetched(uid, command)
  }
}

function* folders(wanted: string): Generator<string> {
  const all = wanted.includes('*') || wanted.includes('%')
  if (!all) yield `* LIST () "/" "${wanted}"\r\n`
  if (!all) return
  for (let n = 0; n < FOLDERS; n += 1) yield `* LIST () "/" "Folder ${n}"\r\n`
}

function* uidsOf(set: string): Generator<number> {
  for (const range of set.split(',')) {
    const [from = '1', to = from] = range.split(':')
    const last = to === '*' ? MESSAGES : Math.min(MESSAGES, Number(to))
    for (let uid = Math.min(Number(from), last); uid <= last; uid += 1) yield uid
  }
}

function fetched(uid: number, command: string): string {
  const id = `<${uid}@vast.test>`
  const source = `From: ana@customer.test\r\nSubject: ${uid}\r\nMessage-ID: ${id}\r\n\r\nHello.\r\n`
  const isRecent = uid > MESSAGES - RECENT
  const year = isRecent ? new Date().getUTCFullYear() : 2019
  const day = isRecent ? today() : '01-Mar'
  const items = [
    `UID ${uid}`,
    ...(/RFC822\.SIZE/.test(command) ? [`RFC822.SIZE ${source.length}`] : []),
    ...(/INTERNALDATE/.test(command) ? [`INTERNALDATE "${day}-${year} 00:00:00 +0000"`] : []),
    ...(/ENVELOPE/.test(command)
      ? [`ENVELOPE (NIL "${uid}" NIL NIL NIL NIL NIL NIL NIL "${id}")`]
      : []),
    ...(/BODY/.test(command) ? [`BODY[] {${source.length}}\r\n${source}`] : []),
  ]
  return `* ${uid} FETCH (${items.join(' ')})\r\n`
}

/** `30-Nov`. */
const today = (): string => {
  const [, day, month] = new Date().toUTCString().split(' ')
  return `${day}-${month}`
}
