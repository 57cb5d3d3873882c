/** The API as OpenAPI 3.1, made from the route table and the schemas that check requests. */
import { z } from 'zod'
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
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of described) {
    const path = route.path.slice(BASE.length).replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  const tags = [...new Set(described.map(tagOf))].map((name) => ({ name }))
  return {
    openapi: '3.1.0',
    info: { title: 'Postroom', version, description: DESCRIPTION, license: { name: 'MIT' } },
    servers: [{ url: `${publicUrl}${BASE}` }],
    tags,
    paths,
    components: COMPONENTS,
  }
}

const BASE = '/api/v1'

const DESCRIPTION = `Lists are {"data": [...], "page": {"next_cursor", "has_more"}}. Errors are
RFC 9457 problem documents whose "code" tells what is wrong. Unknown members and parameters are
refused. Answers to GET have an ETag.`.replaceAll('\n', ' ')

const COMPONENTS: Json = {
  securitySchemes: {
    token: { type: 'http', scheme: 'bearer', description: 'An API token: pst_...' },
    session: { type: 'apiKey', in: 'cookie', name: '__Host-postroom_session' },
  },
  schemas: {
    Problem: {
      type: 'object',
      description: 'RFC 9457',
      required: ['type', 'title', 'status', 'detail', 'code', 'instance'],
      properties: {
        type: { type: 'string' },
        title: { type: 'string' },
        status: { type: 'integer' },
        detail: { type: 'string' },
        code: { type: 'string' },
        instance: { type: 'string' },
        errors: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              pointer: { type: 'string', description: 'RFC 6901, into the body' },
              parameter: { type: 'string' },
              code: { type: 'string' },
              message: { type: 'string' },
            },
          },
        },
      },
    },
  },
}

function operationOf(route: Route): Operation {
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
    responses: {
      [method === 'DELETE' ? '204' : '2XX']: { description: 'Done.' },
      default: {
        description: 'Refused, or failed.',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
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

function parametersOf({ method, path, query, access }: Route): Parameter[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']): Parameter => {
    const schema = name === 'id' ? { type: 'integer', minimum: 1 } : { type: 'string' }
    return { name, in: 'path', required: true, schema }
  })
  const inQuery = Object.entries(query.shape).map(([name, schema]): Parameter => {
    const required = !z.safeParse(schema as z.ZodType, undefined).success
    return { name, in: 'query', required, schema: schemaOf(schema as z.ZodType) }
  })
  const repeatable = method === 'POST' && access.roles !== 'public' && access.scopes !== 'unlimited'
  return [...inPath, ...inQuery, ...(repeatable ? [IDEMPOTENCY_KEY] : [])]
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
