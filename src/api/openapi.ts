/** The API as OpenAPI 3.1, made from the route table and the schemas that check requests. */
import { z } from 'zod'
import { type AnswerSpec, isMedia } from './answers.ts'
import { Problem } from './problem.ts'
import { ANYWHERE, isRepeatable, refusalsOf } from './refusals.ts'
import type { Route } from './route.ts'

type Json = Readonly<Record<string, unknown>>

export interface OpenApi {
  readonly openapi: '3.1.0'
  readonly info: Json
  readonly servers: readonly Json[]
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Json
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Json }
  readonly responses: Json
  readonly security: readonly Json[]
  /** Who may use it, and what a limited token needs. */
  readonly 'x-roles': readonly string[]
  readonly 'x-scopes': readonly string[]
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: Json
}

export interface About {
  readonly version: string
  readonly publicUrl: string
}

/** Every route below /api/v1; what is beside it is for load balancers and people. */
export function openApiOf(routes: readonly Route[], { version, publicUrl }: About): OpenApi {
  const described = routes.filter(({ path }) => path.startsWith(BASE))
  const schemas = new SharedSchemas()
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of described) {
    const path = route.path.slice(BASE.length).replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas) }
  }
  const tags = [...new Set(described.map(tagOf))].map((name) => ({ name }))
  return {
    openapi: '3.1.0',
    info: { title: 'Postroom', version, description: DESCRIPTION, license: { name: 'MIT' } },
    servers: [{ url: `${publicUrl}${BASE}` }],
    tags,
    paths,
    components: { securitySchemes: SECURITY, schemas: schemas.all },
  }
}

const BASE = '/api/v1'

const DESCRIPTION = `Lists are {"data": [...], "page": {"next_cursor", "has_more"}}. Errors are
RFC 9457 problem documents whose "code" tells what is wrong. Unknown members and parameters are
refused. Answers to GET have an ETag.`.replaceAll('\n', ' ')

const SECURITY: Json = {
  token: { type: 'http', scheme: 'bearer', description: 'An API token: pst_...' },
  session: { type: 'apiKey', in: 'cookie', name: '__Host-postroom_session' },
}

function operationOf(route: Route, schemas: SharedSchemas): Operation {
  const { method, path, summary, access } = route
  const isPublic = access.roles === 'public'
  const needed = isPublic ? [] : access.scopes
  return {
    operationId: operationIdOf(method, path),
    summary,
    ...(needed === 'unlimited' ? { description: 'A token with limited scopes will not do.' } : {}),
    tags: [tagOf(route)],
    parameters: parametersOf(route),
    ...bodyOf(route),
    responses: responsesOf(route, schemas),
    security: isPublic ? [] : [{ token: [] }, { session: [] }],
    'x-roles': isPublic ? [] : access.roles,
    'x-scopes': needed === 'unlimited' ? [] : needed,
  }
}

/** `/api/v1/tickets/:id/status` -> `tickets`. */
const tagOf = ({ path }: Route): string => path.split('/')[3] ?? ''

/** `PUT /api/v1/tickets/:id/status` -> `putTicketsByIdStatus`. */
function operationIdOf(method: string, path: string): string {
  const words = path
    .slice(BASE.length)
    .replace(/:/g, 'by_')
    .split(/[/_.-]/)
    .filter((word) => word !== '')
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')
}

/** What is answered by status; the refusals of one status tell themselves apart by their `code`. */
function responsesOf(route: Route, schemas: SharedSchemas): Json {
  const responses: Record<string, Json> = {}
  for (const [status, spec] of Object.entries(route.answers)) {
    responses[status] = { description: 'Done.', ...contentOf(spec, schemas) }
  }
  if (route.method === 'GET') responses['304'] = { description: 'The reader has it already.' }
  const problem = schemas.of(Problem)
  const refusals = refusalsOf(route)
  for (const status of new Set(refusals.map((one) => one.slice(0, 3)))) {
    const codes = refusals.filter((one) => one.startsWith(status)).map((one) => one.slice(4))
    const schema = { allOf: [problem, { properties: { code: { enum: codes } } }] }
    responses[status] = {
      description: codes.join(', '),
      content: { 'application/problem+json': { schema } },
    }
  }
  return {
    ...responses,
    default: {
      description: `Nobody's fault, or ours: ${ANYWHERE.map((one) => one.slice(4)).join(', ')}.`,
      content: { 'application/problem+json': { schema: problem } },
    },
  }
}

function contentOf(spec: AnswerSpec, schemas: SharedSchemas): Json {
  if (spec === null) return {}
  if (!isMedia(spec)) return { content: { 'application/json': { schema: schemas.of(spec) } } }
  const bytes = spec.media.map((type): [string, Json] => [type, {}])
  const data = spec.or === null ? {} : { 'application/json': { schema: schemas.of(spec.or) } }
  return { content: { ...data, ...Object.fromEntries(bytes) } }
}

/** Schemas of answers; those with a name of their own are written once, and referred to. */
class SharedSchemas {
  readonly #named = new Map<string, Json>()

  get all(): Json {
    return Object.fromEntries([...this.#named].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }

  of(schema: z.ZodType): Json {
    // Inside another one a named schema becomes a reference; by itself it would be written out.
    const { $defs = {}, properties } = z.toJSONSchema(z.object({ it: schema }), {
      io: 'output',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        // Members may be added to answers: who reads them must not mind.
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
        // The format says it.
        if (jsonSchema.format !== undefined) delete jsonSchema.pattern
      },
    })
    for (const [name, definition] of Object.entries($defs)) {
      const { id: _id, ...named } = definition as Json
      this.#named.set(name, withReferences(named))
    }
    return withReferences(properties?.['it'] as Json)
  }
}

const withReferences = (schema: Json): Json =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json

function parametersOf(route: Route): Parameter[] {
  const { method, path, query } = route
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']): Parameter => {
    const schema = name === 'id' ? { type: 'integer', minimum: 1 } : { type: 'string' }
    return { name, in: 'path', required: true, schema }
  })
  const inQuery = Object.entries(query.shape).map(([name, schema]): Parameter => {
    const required = !z.safeParse(schema as z.ZodType, undefined).success
    return { name, in: 'query', required, schema: schemaOf(schema as z.ZodType) }
  })
  return [
    ...inPath,
    ...inQuery,
    ...(isRepeatable(route) ? [IDEMPOTENCY_KEY] : []),
    ...(route.refuses.includes('412 stale-version') ? [IF_MATCH] : []),
    ...(method === 'GET' ? [IF_NONE_MATCH] : []),
  ]
}

const IF_MATCH: Parameter = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The ETag of what you saw: if it has changed since, nothing is done.',
  schema: { type: 'string' },
}

const IF_NONE_MATCH: Parameter = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'The ETag of what you have: if it is still so, the answer is 304 without a body.',
  schema: { type: 'string' },
}

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same request with the same key is done once, and answered the same for a day.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

function bodyOf({ body }: Route): Pick<Operation, 'requestBody'> {
  if (body === null) return {}
  if (body === 'bytes') return { requestBody: { required: true, content: { '*/*': {} } } }
  const required = !body.safeParse(undefined).success
  return {
    requestBody: { required, content: { 'application/json': { schema: schemaOf(body) } } },
  }
}

/** What is sent, not what becomes of it. OpenAPI 3.1 is JSON Schema 2020-12, so that is said once. */
function schemaOf(schema: z.ZodType): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  })
  return json
}
