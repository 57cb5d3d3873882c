/**
 * Replies in the form that big mail programs give them: how each quotes, attributes and marks what it
 * answers, as seen in mail of theirs. For programs that cannot be driven in a test.
 */
import { headerIn } from './journey-desk.ts'

export interface StyledReply {
  readonly from: string
  /** The mail that is answered. */
  readonly answered: Buffer
  /** What its writer writes, one paragraph. */
  readonly text: string
}

interface Parts {
  readonly text: string
  readonly quoted: string
  readonly sender: string
}

/** The body, and the headers that only this program writes. */
type Style = (parts: Parts) => {
  readonly headers: readonly string[]
  readonly plain: string
  readonly html: string
}

const quotedPlain = (quoted: string): string => quoted.replace(/^/gm, '> ')

export const STYLES: Readonly<Record<string, Style>> = {
  Gmail: ({ text, quoted, sender }) => ({
    headers: [],
    plain: `${text}\r\n\r\nOn Mon, Nov 30, 2026 at 10:00 AM Acme Support <${sender}>\r\nwrote:\r\n\r\n${quotedPlain(quoted)}\r\n`,
    html: `<div dir="ltr">${text}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, Nov 30, 2026 at 10:00 AM Acme Support &lt;<a href="mailto:${sender}">${sender}</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">${quoted}</blockquote></div>`,
  }),
  Outlook: ({ text, quoted, sender }) => ({
    headers: ['X-Mailer: Microsoft Outlook 16.0'],
    plain: `${text}\r\n\r\nFrom: Acme Support <${sender}>\r\nSent: Monday, November 30, 2026 10:00 AM\r\nTo: Me\r\nSubject: Your message\r\n\r\n${quoted}\r\n`,
    html: `<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang="EN-US"><div class="WordSection1"><p class="MsoNormal">${text}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal"><b>From:</b> Acme Support &lt;${sender}&gt; <br><b>Sent:</b> Monday, November 30, 2026 10:00 AM<br><b>To:</b> Me<br><b>Subject:</b> Your message<o:p></o:p></p></div><p class="MsoNormal">${quoted}</p></div></body></html>`,
  }),
  'Apple Mail': ({ text, quoted, sender }) => ({
    headers: ['X-Mailer: Apple Mail (2.3774.300.61.1.2)', 'Mime-Version: 1.0 (Mac OS X Mail 16.0)'],
    plain: `${text}\r\n\r\n> On 30. Nov 2026, at 10:00, Acme Support <${sender}> wrote:\r\n> \r\n${quotedPlain(quoted)}\r\n`,
    html: `<html><body style="overflow-wrap: break-word;">${text}<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>On 30. Nov 2026, at 10:00, Acme Support &lt;${sender}&gt; wrote:</div><br class="Apple-interchange-newline"><div>${quoted}</div></blockquote></div><br></body></html>`,
  }),
  Thunderbird: ({ text, quoted, sender }) => ({
    headers: ['User-Agent: Mozilla Thunderbird'],
    plain: `On 30/11/2026 10:00, Acme Support wrote:\r\n${quotedPlain(quoted)}\r\n\r\n${text}\r\n`,
    html: `<!DOCTYPE html><html><body><div class="moz-cite-prefix">On 30/11/2026 10:00, Acme Support wrote:<br></div><blockquote type="cite" cite="mid:${sender}">${quoted}</blockquote><p>${text}</p></body></html>`,
  }),
}

/** As it leaves that program: both forms, threaded by its headers. */
export function styledReply(name: string, { from, answered, text }: StyledReply): string {
  const style = STYLES[name]
  if (style === undefined) throw new Error(`no style of ${name}`)
  const to = headerIn(answered, 'Reply-To')
  const sender = /<([^<>]+)>/.exec(headerIn(answered, 'From'))?.[1] ?? headerIn(answered, 'From')
  const { headers, plain, html } = style({ text, quoted: 'Your message has arrived.', sender })
  const id = headerIn(answered, 'Message-ID')
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: Re: ${headerIn(answered, 'Subject').replace(/^Re: /i, '')}`,
    `In-Reply-To: ${id}`,
    `References: ${id}`,
    `Message-ID: <${name.replaceAll(' ', '-')}-${Math.random()}@customer.test>`,
    ...headers,
    'Content-Type: multipart/alternative; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    '',
    plain,
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    html,
    '--b--',
    '',
  ].join('\r\n')
}
