/** /templates: the words of our mail, how they come out, and one to look at in a mail client. */
import { z } from 'zod'
import { mailTemplate, previewTemplate, templateSource } from '../desk/show-templates.ts'
import { Count, pageSchema } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY, one } from './query.ts'
import { type Route, route } from './route.ts'

const TEMPLATES = '/api/v1/templates'
const TEMPLATE = `${TEMPLATES}/:notice/:locale`
const InboxQuery = z.strictObject({ inbox: one.optional() })
const SampleBody = z
  .strictObject({
    /** As mail of this inbox; without it, of the first. */
    inbox: z.string().nullable().default(null),
    /** There are several, so that every branch of a template can be seen. */
    sample: z.int().min(0).max(100).default(0),
  })
  .prefault({})

const keyMembers = { notice: z.string(), locale: z.string(), inbox: z.string().nullable() }
const TemplateJson = z.strictObject(keyMembers).meta({ id: 'Template' })
const TemplateSourceJson = z
  .strictObject({ ...keyMembers, text: z.string(), html: z.string() })
  .meta({ id: 'TemplateSource' })
const PreviewJson = z
  .strictObject({
    locale: z.string(),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    /** How many samples there are. */
    samples: Count,
  })
  .meta({ id: 'TemplatePreview' })

export function templateRoutes(deps: ApiDeps): readonly Route[] {
  return [listRoute(deps), sourceRoute(deps), previewRoute(deps), testRoute(deps)]
}

function listRoute({ context }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: TEMPLATES,
    summary: 'Templates of our mail: ours, and those of inboxes',
    roles: ['admin'],
    scopes: ['templates:read'],
    query: NO_QUERY,
    body: null,
    answers: { 200: pageSchema(TemplateJson) },
    async handle() {
      const data = context.templates.list().map(({ notice, locale, inbox }) => ({
        notice,
        locale,
        inbox,
      }))
      return { body: { data, page: { next_cursor: null, has_more: false } } }
    },
  })
}

function sourceRoute({ context }: ApiDeps): Route {
  return route({
    method: 'GET',
    path: TEMPLATE,
    summary: 'The text of one template, ours or with `inbox` that inbox’s own',
    roles: ['admin'],
    scopes: ['templates:read'],
    query: InboxQuery,
    body: null,
    answers: { 200: TemplateSourceJson },
    refuses: ['404 not-found'],
    async handle({ params, query }) {
      const key = { ...keyOf(params), inbox: query.inbox ?? null }
      const { notice, locale, inbox, text, html } = await templateSource(context, key)
      return { body: { notice, locale, inbox, text, html } }
    },
  })
}

function previewRoute({ context }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: `${TEMPLATE}/preview`,
    summary: 'A template filled in with a sample',
    roles: ['admin'],
    scopes: ['templates:read'],
    query: NO_QUERY,
    body: SampleBody,
    answers: { 200: PreviewJson },
    refuses: ['404 not-found'],
    handle: async ({ params, body }) => ({
      body: previewTemplate(context, { ...keyOf(params), ...body }),
    }),
  })
}

function testRoute({ context, store, clock, outgoing }: ApiDeps): Route {
  return route({
    method: 'POST',
    path: `${TEMPLATE}/test`,
    summary: 'Mails a template filled in with a sample to you',
    roles: ['admin'],
    scopes: ['templates:write'],
    query: NO_QUERY,
    body: SampleBody,
    answers: { 202: z.strictObject({ to: z.string() }) },
    refuses: ['404 not-found'],
    async handle({ caller, params, body }) {
      const input = { key: { ...keyOf(params), ...body }, recipient: caller.user }
      await store.transaction((tx) => mailTemplate(tx, context, input, clock.now()))
      outgoing.ring()
      return { status: 202, body: { to: caller.user.email } }
    },
  })
}

const keyOf = (params: Readonly<Record<string, string | undefined>>) => ({
  notice: params['notice'] ?? '',
  locale: params['locale'] ?? '',
})
