/**
 * Two real mail programs, mutt and s-nail, driven as a person drives them: each opens an INBOX by
 * IMAP, finds a mail by its subject, answers it or passes it on, and sends that by SMTP. How
 * they quote, thread and encode is theirs.
 */
import { execFile, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { MailServers } from './start-mail-servers.ts'
import { makeScratch, removeScratch } from './scratch-directory.ts'

export type MailClient = 'mutt' | 's-nail'

interface Answer {
  /** Whose mailbox is opened; he is the author, too. */
  readonly user: string
  /** A word of the subject of the mail that is answered: the newest that has it. */
  readonly subject: string
  readonly text: string
}

const PATIENCE_MS = 30_000

/** Resolves when the program has sent the answer; rejects with what it said when it did not. */
export async function answerWith(
  client: MailClient,
  servers: MailServers,
  answer: Answer,
): Promise<void> {
  const work = client === 'mutt' ? answerWithMutt : answerWithSnail
  await inHome((home) => work(servers, answer, home))
}

async function inHome(work: (home: string) => Promise<void>): Promise<void> {
  const home = makeScratch('client')
  try {
    await work(home)
  } finally {
    removeScratch(home)
  }
}

const encoded = (user: string): string => user.replace('@', '%40')

const answerWithSnail = (servers: MailServers, answer: Answer, home: string): Promise<void> =>
  withSnail(servers, answer, home, (number) => [`Reply ${number}`, answer.text, '~.'])

/** @param work commands on the mail of this number. */
async function withSnail(
  { imap, smtp }: MailServers,
  { user, subject }: Omit<Answer, 'text'>,
  home: string,
  work: (number: string) => readonly string[],
): Promise<void> {
  const login = `${encoded(user)}:${imap.password}`
  const inbox = `imap://${login}@${imap.host}:${imap.port}`
  const rc = join(home, 'mailrc')
  writeFileSync(
    rc,
    `set v15-compat quote indentprefix="> " sendwait sendcharsets=utf-8 ttycharset=utf-8
set from="${user}" hostname=client.test smtp-auth=plain DEAD=/dev/null
set mta=smtp://${login}@${smtp.host}:${smtp.port}
`,
  )
  const number = await snailNumber(inbox, subject, home)
  const commands = [`source ${rc}`, ...work(number), 'x', '']
  const said = await snail(inbox, commands.join('\n'), home)
  if (said.includes('not sent')) throw new Error(`s-nail did not send: ${said}`)
}

/** Of the newest mail with this word in its subject. */
async function snailNumber(inbox: string, subject: string, home: string): Promise<string> {
  const said = await snail(inbox, `set headline=@@%m@@\nfrom '(subject "${subject}")'\nx\n`, home)
  const number = [...said.matchAll(/@@ *(\d+)/g)].at(-1)?.[1]
  if (number === undefined) throw new Error(`s-nail finds no "${subject}": ${said}`)
  return number
}

const run = promisify(execFile)

async function snail(inbox: string, commands: string, home: string): Promise<string> {
  const args = ['-:/', '-~', '-#', '-S', 'v15-compat', '-S', 'ttycharset=utf-8', '-f', inbox]
  const env = { ...process.env, HOME: home, LC_ALL: 'C.UTF-8' }
  const running = run('s-nail', args, { env, timeout: PATIENCE_MS })
  running.child.stdin?.end(commands)
  const { stdout, stderr } = await running
  return stdout + stderr
}

/** Forwards it inline, with a text above it, as mutt does by itself. */
export const forwardWithMutt = (
  servers: MailServers,
  { to, ...answer }: Answer & { readonly to: string },
): Promise<void> =>
  inHome((home) => mutt(servers, answer, home, `<forward-message>${to}<enter><send-message>`))

/** Sends it on as it is, to be answered as if it had come to `to`. */
export const redirectWith = (
  client: MailClient,
  servers: MailServers,
  { to, ...which }: Omit<Answer, 'text'> & { readonly to: string },
): Promise<void> =>
  inHome((home) =>
    client === 'mutt'
      ? mutt(servers, { ...which, text: '' }, home, `<bounce-message>${to}<enter>y`)
      : withSnail(servers, which, home, (number) => [`resend ${number} ${to}`]),
  )

const answerWithMutt = (servers: MailServers, answer: Answer, home: string): Promise<void> =>
  mutt(servers, answer, home, '<reply><send-message>')

/** mutt wants a terminal and an editor: `script` is the one, a shell line that puts the text on top the other. */
async function mutt(
  { imap, smtp }: MailServers,
  { user, subject, text }: Answer,
  home: string,
  work: string,
): Promise<void> {
  const [body, editor, rc] = [join(home, 'body'), join(home, 'editor'), join(home, 'muttrc')]
  writeFileSync(body, `${text}\n\n`)
  writeFileSync(editor, `#!/bin/sh\ncat ${body} "$1" > ${home}/new && cat ${home}/new > "$1"\n`, {
    mode: 0o755,
  })
  writeFileSync(
    rc,
    `set folder="imap://${imap.host}:${imap.port}/" spoolfile="+INBOX" imap_user="${user}" imap_pass="${imap.password}"
set smtp_url="smtp://${encoded(user)}@${smtp.host}:${smtp.port}" smtp_pass="${smtp.password}" smtp_authenticators="plain"
set ssl_starttls=no ssl_force_tls=no from="${user}" use_from=yes hostname="client.test" editor="${editor}"
set fast_reply=yes include=yes reply_to=yes autoedit=no copy=no abort_unmodified=no abort_noattach=no
set confirmcreate=no mark_old=no quit=yes delete=no move=no beep=no wait_key=no postpone=no recall=no
set charset="utf-8" send_charset="us-ascii:utf-8" crypt_use_gpgme=no
`,
  )
  const keys = `<limit>~s \\"${subject}\\"<enter><last-entry>${work}<sync-mailbox><quit>`
  const command = `mutt -n -F ${rc} -e 'push "${keys}"'`
  await inTerminal(command, { ...process.env, HOME: home, LC_ALL: 'C.UTF-8', TERM: 'xterm' })
}

function inTerminal(command: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let screen = ''
    child.stdout.on('data', (piece: Buffer) => {
      screen = (screen + piece.toString()).slice(-4_000)
    })
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${command} did not end; its screen: ${screen}`))
    }, PATIENCE_MS)
    child.once('exit', (code) => {
      clearTimeout(timer)
      if (code === 0) resolve()
      else reject(new Error(`${command} ended with ${code}: ${screen}`))
    })
  })
}
