/** The templates of our mail, for people: which there are, their text, and how they come out. */
import { readFile } from 'node:fs/promises'
import { AppError } from '../errors.ts'
import { mailRendered } from '../outbound/account-mail.ts'
import { SAMPLES } from '../outbound/template-samples.ts'
import { NOTICES, type NoticeName } from '../outbound/template-values.ts'
import type { Rendered, TemplateListing } from '../outbound/templates.ts'
import type { Tx } from '../store/open.ts'
import { type Inbox, inboxOrFirst } from '../ticket/inbox.ts'
import type { User } from '../ticket/user.ts'
import type { DeskContext } from './context.ts'

/** Which template: a notice in a language, of an inbox's own or, with null, ours. */
export interface TemplateKey {
  readonly notice: string
  readonly locale: string
  readonly inbox: string | null
}

export interface TemplateSource extends TemplateListing {
  readonly text: string
  readonly html: string
}

/** The files as they are. @throws AppError `not-found`. */
export async function templateSource(
  { templates }: Pick<DeskContext, 'templates'>,
  key: TemplateKey,
): Promise<TemplateSource> {
  const found = templates
    .list()
    .find(
      ({ notice, locale, inbox }) =>
        notice === key.notice && locale === key.locale && inbox === key.inbox,
    )
  if (found === undefined) throw notFound()
  const [text, html] = await Promise.all([
    readFile(found.files.text, 'utf8'),
    readFile(found.files.html, 'utf8'),
  ])
  return { ...found, text, html }
}

/**
 * How it comes out with sample number `sample`, as mail of this inbox (null: of the first one).
 * @throws AppError `not-found`: no such template, inbox or sample.
 */
export function previewTemplate(
  { templates, inboxes }: Pick<DeskContext, 'templates' | 'inboxes'>,
  key: TemplateKey & { sample: number },
): Rendered & { samples: number } {
  const notice = NOTICES.find((name) => name === key.notice)
  const inbox = inboxOf(inboxes, key.inbox)
  if (notice === undefined || inbox === null) throw notFound()
  const rendered = renderSample(templates, notice, { locales: [key.locale], inbox }, key.sample)
  if (rendered === null || rendered.locale !== key.locale) throw notFound()
  return { ...rendered, samples: SAMPLES[notice].length }
}

/** Mails such a preview to the one who asks. @throws AppError as {@link previewTemplate}. */
export async function mailTemplate(
  tx: Tx,
  context: DeskContext,
  { key, recipient }: { key: TemplateKey & { sample: number }; recipient: User },
  at: Date,
): Promise<void> {
  const rendered = previewTemplate(context, key)
  const inbox = inboxOf(context.inboxes, key.inbox)
  if (inbox === null) throw notFound()
  await mailRendered(tx, context, { inbox, recipient, rendered }, at)
}

function renderSample<N extends NoticeName>(
  templates: DeskContext['templates'],
  notice: N,
  audience: { locales: readonly string[]; inbox: Inbox },
  index: number,
): Rendered | null {
  const sample = SAMPLES[notice][index]
  return sample === undefined ? null : templates.render(notice, audience, sample)
}

const inboxOf = (inboxes: readonly Inbox[], name: string | null): Inbox | null =>
  name === null
    ? inboxOrFirst(inboxes, null)
    : (inboxes.find((inbox) => inbox.name === name) ?? null)

const notFound = (): AppError =>
  new AppError('not_found', 'not-found', 'There is no such template.')
