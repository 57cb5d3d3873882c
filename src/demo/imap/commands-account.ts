/** IMAP commands about the connection and who is behind it. */
import type { Command, ImapSession, Request } from './session.ts'
import { textOf } from './tokens.ts'

const BEFORE_LOGIN = ['IMAP4rev1', 'LITERAL+', 'SASL-IR', 'ID', 'AUTH=PLAIN', 'AUTH=XOAUTH2']
const AFTER_LOGIN = [
  'IMAP4rev1',
  'LITERAL+',
  'ID',
  'IDLE',
  'MOVE',
  'NAMESPACE',
  'SPECIAL-USE',
  'UIDPLUS',
  'UNSELECT',
]

/** `CAPABILITY IMAP4rev1 ...`, as it stands at this moment of the session. */
export function capabilityOf(session: ImapSession): string {
  const names = session.account === null ? [...BEFORE_LOGIN] : [...AFTER_LOGIN]
  if (session.deps.upgrade !== null && !session.isSecure) names.push('STARTTLS')
  return ['CAPABILITY', ...names.filter((name) => session.has(name))].join(' ')
}

function logIn(session: ImapSession, user: string, password: string): string {
  if (session.account !== null) return 'BAD Already logged in'
  const account = session.deps.findAccount(user)
  if (account === null || account.password !== password) {
    return 'NO [AUTHENTICATIONFAILED] Wrong user name or password'
  }
  session.account = account
  return `OK [${capabilityOf(session)}] Logged in`
}

async function authenticate(session: ImapSession, { args }: Request): Promise<string> {
  const mechanism = textOf(args[0]).toUpperCase()
  if (!session.has(`AUTH=${mechanism}`)) return 'NO [CANNOT] Unknown mechanism'
  const response = args[1] === undefined ? await session.ask('') : textOf(args[1])
  if (response === null || response === '*') return 'BAD Cancelled'
  const text = Buffer.from(response, 'base64').toString()

  if (mechanism === 'PLAIN') {
    // RFC 4616: authzid NUL authcid NUL password.
    const [, user = '', password = ''] = text.split('\0')
    return logIn(session, user, password)
  }
  if (mechanism === 'XOAUTH2') {
    // `user=... ^A auth=Bearer ... ^A ^A`; the token is compared with the account's password.
    const [user = '', token = ''] = text
      .split('\x01')
      .map((pair) => pair.replace(/^(user=|auth=Bearer )/, ''))
    return logIn(session, user, token)
  }
  return 'NO [CANNOT] Unknown mechanism'
}

export const ACCOUNT_COMMANDS: Readonly<Record<string, Command>> = {
  CAPABILITY: {
    when: 'always',
    async run(session) {
      await session.say(capabilityOf(session))
      return 'OK done'
    },
  },
  NOOP: { when: 'always', run: () => 'OK done' },
  CHECK: { when: 'selected', run: () => 'OK done' },
  ID: {
    when: 'always',
    async run(session) {
      await session.say('ID ("name" "postroom-demo")')
      return 'OK done'
    },
  },
  // Answered by the session itself, which owns the stream.
  STARTTLS: { when: 'always', run: () => 'BAD No TLS here' },
  LOGIN: {
    when: 'always',
    run: (session, { args }) => logIn(session, textOf(args[0]), textOf(args[1])),
  },
  AUTHENTICATE: { when: 'always', run: authenticate },
  NAMESPACE: {
    when: 'logged_in',
    async run(session) {
      await session.say('NAMESPACE (("" "/")) NIL NIL')
      return 'OK done'
    },
  },
  LOGOUT: {
    when: 'always',
    async run(session) {
      await session.say('BYE Goodbye')
      session.endAfterAnswer()
      return 'OK done'
    },
  },
}
