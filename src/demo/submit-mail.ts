/** Hands one message to the demo's SMTP server, like the mail program of a person would. */
import { connect } from 'node:net'
import { StreamReader } from './reader.ts'
import { quiet } from './tls.ts'

export interface Submission {
  port: number
  user: string
  password: string
  mailFrom: string
  rcptTo: readonly string[]
  source: Buffer
}

export async function submitMail(submission: Submission): Promise<void> {
  const socket = quiet(connect({ port: submission.port, host: '127.0.0.1', noDelay: true }))
  const reader = new StreamReader(socket)
  const say = async (command: string | Buffer, expected: RegExp): Promise<void> => {
    socket.write(command)
    const reply = await readReply(reader)
    if (!expected.test(reply)) throw new Error(`the demo's SMTP server answered: ${reply}`)
  }
  const login = Buffer.from(`\0${submission.user}\0${submission.password}`).toString('base64')
  try {
    await say('', /^220/)
    await say('EHLO localhost\r\n', /^250/)
    await say(`AUTH PLAIN ${login}\r\n`, /^235/)
    await say(`MAIL FROM:<${submission.mailFrom}>\r\n`, /^250/)
    for (const recipient of submission.rcptTo) await say(`RCPT TO:<${recipient}>\r\n`, /^25/)
    await say('DATA\r\n', /^354/)
    await say(dotStuffed(submission.source), /^250/)
    await say('QUIT\r\n', /^221/)
  } finally {
    socket.destroy()
  }
}

/** RFC 5321 §4.5.2. */
function dotStuffed(source: Buffer): Buffer {
  const text = source.toString('latin1').replace(/^\./gm, '..')
  return Buffer.from(`${text}${text.endsWith('\r\n') ? '' : '\r\n'}.\r\n`, 'latin1')
}

async function readReply(reader: StreamReader): Promise<string> {
  for (;;) {
    const line = await reader.line()
    if (line === null) return 'nothing; it closed the connection'
    if (!/^\d{3}-/.test(line)) return line
  }
}
