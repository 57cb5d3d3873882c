/** Replies in HTML, as each client builds them: what it quotes is folded, what was written stays. */
import { expect, test } from 'vitest'
import { htmlToText } from '../../src/mail/html.ts'
import { visibleText } from '../../src/mail/visible-text.ts'

const NEW = 'Thank you, it works.'
const OLD = 'It is broken.'

test.each([
  [
    'Gmail',
    `<div dir="ltr">${NEW}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, Jan 5, 2026 at 10:00 AM Ana Lima &lt;<a href="mailto:ana@example.org">ana@example.org</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><div dir="ltr">${OLD}</div></blockquote></div>`,
  ],
  [
    'Outlook on Windows',
    `<div class="WordSection1"><p class="MsoNormal">${NEW}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal"><b>From:</b> Ana Lima &lt;ana@example.org&gt; <br><b>Sent:</b> Monday, January 5, 2026 10:00 AM<br><b>To:</b> Bruno &lt;bruno@acme.test&gt;<br><b>Subject:</b> Printer<o:p></o:p></p></div><p class="MsoNormal">${OLD}</p></div>`,
  ],
  [
    'Outlook on the web',
    `<div class="elementToProof" style="font-family:Calibri">${NEW}</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>From:</b> Ana Lima &lt;ana@example.org&gt;<br><b>Sent:</b> Monday, January 5, 2026 10:00 AM<br><b>To:</b> Bruno &lt;bruno@acme.test&gt;<br><b>Subject:</b> Printer</font><div>&nbsp;</div></div><div>${OLD}</div>`,
  ],
  [
    'Outlook for iOS',
    `<div dir="auto">${NEW}</div><div><br></div><div id="ms-outlook-mobile-signature">Sent from <a href="https://example.org/o">Outlook for iOS</a></div><hr><div id="divRplyFwdMsg"><b>Von:</b> Ana Lima &lt;ana@example.org&gt;<br><b>Gesendet:</b> Montag, 5. Januar 2026 10:00<br><b>An:</b> Bruno &lt;bruno@acme.test&gt;<br><b>Betreff:</b> Drucker<br></div><div>${OLD}</div>`,
  ],
  [
    'Apple Mail',
    `<html><head></head><body style="overflow-wrap: break-word;">${NEW}<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite"><div>On 5. Jan 2026, at 10:00, Ana Lima &lt;ana@example.org&gt; wrote:</div><br class="Apple-interchange-newline"><div><div>${OLD}</div></div></blockquote></div><br></body></html>`,
  ],
  [
    'iPhone',
    `<div dir="ltr">${NEW}</div><div dir="ltr"><br>Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">On 5 Jan 2026, at 10:00, Ana Lima &lt;ana@example.org&gt; wrote:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">﻿${OLD}</div></blockquote>`,
  ],
  [
    'Thunderbird',
    `<p>${NEW}</p><div class="moz-cite-prefix">Am 05.01.26 um 10:00 schrieb Ana Lima:<br></div><blockquote type="cite" cite="mid:1@example.org"><p>${OLD}</p></blockquote>`,
  ],
  [
    'Yahoo Mail',
    `<div class="ydp1yahoo-style-wrap"><div dir="ltr">${NEW}</div></div><div id="ydp2yahoo_quoted_1" class="ydp2yahoo_quoted"><div><div>On Monday, January 5, 2026 at 10:00:00 AM GMT+1, Ana Lima &lt;ana@example.org&gt; wrote: </div><div><br></div><div><div>${OLD}</div></div></div></div>`,
  ],
  [
    'Proton Mail',
    `<div style="font-family: Arial">${NEW}</div><div class="protonmail_quote">On Monday, January 5th, 2026 at 10:00, Ana Lima &lt;ana@example.org&gt; wrote:<br><blockquote class="protonmail_quote" type="cite"><div>${OLD}</div></blockquote><br></div>`,
  ],
  [
    'Zimbra',
    `<div>${NEW}</div><div><br></div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>From: </b>"Ana Lima" &lt;ana@example.org&gt;<br><b>To: </b>"Bruno" &lt;bruno@acme.test&gt;<br><b>Sent: </b>Monday, January 5, 2026 10:00:00 AM<br><b>Subject: </b>Printer<br></div><br><div data-marker="__QUOTED_TEXT__"><div>${OLD}</div></div>`,
  ],
  [
    'Samsung',
    `<div dir="auto">${NEW}</div><div><br></div><div align="left" dir="auto" style="font-size:100%;color:#000000"><div>-------- Original message --------</div><div>From: Ana Lima &lt;ana@example.org&gt; </div><div>Date: 05/01/2026  10:00  (GMT+01:00) </div><div>To: bruno@acme.test </div><div>Subject: Printer </div><div><br></div></div>${OLD}`,
  ],
  [
    'GMX and WEB.DE',
    `<div style="font-family: Verdana">${NEW}<div name="quote" style="margin:10px 5px 5px 10px;border-left:2px solid #C3D9E5"><div style="margin:0 0 10px 0"><b>Gesendet:</b> Montag, 05. Januar 2026 um 10:00 Uhr<br><b>Von:</b> "Ana Lima" &lt;ana@example.org&gt;<br><b>An:</b> bruno@acme.test<br><b>Betreff:</b> Drucker</div><div name="quoted-content">${OLD}</div></div></div>`,
  ],
  [
    'Fastmail',
    `<div>${NEW}<br></div><div><br></div><div>On Mon, 5 Jan 2026, at 10:00, Ana Lima wrote:<br></div><blockquote type="cite" id="qt"><div>${OLD}<br></div></blockquote>`,
  ],
  [
    'Lotus Notes',
    `<font size=2>${NEW}</font><br><br><font size=1 color=#5f5f5f>From: </font><font size=1>Ana Lima &lt;ana@example.org&gt;</font><br><font size=1 color=#5f5f5f>To: </font><font size=1>bruno@acme.test</font><br><font size=1 color=#5f5f5f>Date: </font><font size=1>05/01/2026 10:00</font><br><font size=1 color=#5f5f5f>Subject: </font><font size=1>Printer</font><hr noshade><br>${OLD}`,
  ],
  [
    'Zoho Mail',
    `<div>${NEW}</div><div class="zmail_extra"><br><div>---- On Mon, 05 Jan 2026 10:00:00 +0100 <b>Ana Lima &lt;ana@example.org&gt;</b> wrote ---</div><br><blockquote><div>${OLD}</div></blockquote></div>`,
  ],
  [
    'Mail.ru',
    `<div>${NEW}</div><div>&nbsp;</div><blockquote style="border-left:1px solid #0857A6;margin:10px;padding:0 0 0 10px;">Понедельник, 5 января 2026, 10:00 +03:00 от Ana Lima &lt;ana@example.org&gt;:<br>&nbsp;<div id=""><div>${OLD}</div></div></blockquote>`,
  ],
  [
    'Yandex',
    `<div>${NEW}</div><div> </div><div>05.01.2026, 10:00, "Ana Lima" &lt;ana@example.org&gt;:</div><blockquote><div>${OLD}</div></blockquote>`,
  ],
  [
    'Tutanota',
    `<div>${NEW}</div><br>5. Jan. 2026, 10:00 von ana@example.org:<br><blockquote class="tutanota_quote" style="border-left: 1px solid #93A3B8"><div>${OLD}</div></blockquote>`,
  ],
  [
    'QQ Mail',
    `<div>${NEW}</div><div><br></div><div style="font-size: 12px;padding:2px 0;">------------------&nbsp;原始邮件&nbsp;------------------</div><div style="font-size: 12px;background:#efefef;padding:8px;"><div><b>发件人:</b>&nbsp;"Ana Lima" &lt;ana@example.org&gt;;</div><div><b>发送时间:</b>&nbsp;2026年1月5日(星期一) 上午10:00</div><div><b>收件人:</b>&nbsp;"bruno"&lt;bruno@acme.test&gt;;</div><div><b>主题:</b>&nbsp;Printer</div></div><div>${OLD}</div>`,
  ],
])('%s', (_, html) => {
  const { reply, quoted, signature } = visibleText(htmlToText(html))
  expect({ reply, old: `${quoted}\n${signature}`.includes(OLD) }).toEqual({ reply: NEW, old: true })
})
