/**
 * A route as data: what the table in routes.ts is made of. Who may use it is written beside it,
 * and there is no default, so a route without a policy does not compile.
 */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { z } from 'zod'
import type { Scope } from '../desk/create-token.ts'
import { AppError } from '../errors.ts'
import type { Session } from '../store/sessions.ts'
import type { Actor } from '../ticket/comment.ts'
import type { Role, User } from '../ticket/user.ts'
import type { AnswerSpecs, AnswerTo } from './answers.ts'
import { readJson, readUnexpected } from './body.ts'
import { invalidBody } from './problem.ts'
import { NO_QUERY, parseQuery, refuseUnknown } from './query.ts'
import type { Refused } from './refusals.ts'

export interface Caller {
  readonly user: User
  /** Null: every right of the user. */
  readonly scopes: readonly string[] | null
  /** Null: came with a token. */
  readonly session: Session | null
  /** Of the token he came with; absent: he came with a session, or by a link. */
  readonly tokenId?: number
  /** Came by a link to this ticket: nothing else is there for him. */
  readonly onlyTicketId?: number
}

/**
 * What a limited token needs: one of these scopes (none named: nothing). `unlimited`: it will not
 * do, for what the route gives away would be more than it has.
 */
export type Needed = readonly Scope[] | 'unlimited'

/** A route for callers of these roles with what their token needs; `public` ones know no caller. */
export type Access =
  | { readonly roles: readonly Role[]; readonly scopes: Needed }
  | { readonly roles: 'public' }

export interface Answer {
  readonly status?: number
  /** Undefined: none. A string goes out as plain text, a stream as it is, all else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer that was given before, as it was kept. */
export interface Repeated extends Answer {
  readonly repeated: true
}

/** What is left to do when the caller is known to be allowed here. */
export interface RawRequest {
  readonly caller: Caller | null
  readonly params: Readonly<Record<string, string | undefined>>
  readonly search: URLSearchParams
  readonly message: IncomingMessage
  /** Adds headers to the answer, be it a refusal. */
  readonly tell: (headers: Readonly<Record<string, string>>) => void
  /** Who the caller is by now, for answers that take long; throws when he may not any more. */
  readonly again: () => Promise<Caller>
  /** Does the work of a request that may come twice; the second time it gives the same answer. */
  readonly once: <A extends Answer>(
    request: unknown,
    work: () => Promise<A>,
  ) => Promise<A | Repeated>
}

export interface RouteRequest<Query, Body> {
  readonly caller: Caller
  readonly params: Readonly<Record<string, string | undefined>>
  readonly query: Query
  readonly search: URLSearchParams
  readonly body: Body
  readonly headers: IncomingMessage['headers']
  readonly message: IncomingMessage
  readonly tell: RawRequest['tell']
  readonly again: RawRequest['again']
  readonly once: RawRequest['once']
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `:name` parameters. */
  readonly path: string
  readonly summary: string
  readonly access: Access
  readonly query: z.ZodObject
  /** `bytes`: anything, read by the handler itself. */
  readonly body: BodySpec
  /** Its answers have secrets in them, or what is known of people: none is kept to be repeated. */
  readonly secret?: boolean
  /** What it answers when all is well, by status. */
  readonly answers: AnswerSpecs
  /** Refusals of its own, beside those that follow from the rest: see refusals.ts. */
  readonly refuses: readonly Refused[]
  answer(request: RawRequest): Promise<Answer>
}

type BodySpec = z.ZodType | 'bytes' | null

type BodyOf<B> = B extends z.ZodType ? z.output<B> : B extends 'bytes' ? IncomingMessage : null

export const ALL: readonly Role[] = ['customer', 'agent', 'admin']
export const STAFF: readonly Role[] = ['agent', 'admin']

/** Ties the handler's types to the schemas of its route. */
export function route<
  Q extends z.ZodObject,
  const B extends BodySpec,
  const A extends AnswerSpecs,
>(spec: {
  method: Route['method']
  path: string
  summary: string
  roles: readonly Role[]
  scopes: Needed
  query: Q
  body: B
  answers: A
  refuses?: readonly Refused[]
  secret?: boolean
  handle: (request: RouteRequest<z.output<Q>, BodyOf<B>>) => Promise<AnswerTo<A> | Repeated>
}): Route {
  const { handle, roles, scopes, refuses = [], secret = false, ...rest } = spec
  const { path, query, body } = rest
  return {
    ...rest,
    access: { roles, scopes },
    refuses,
    secret,
    async answer({ caller, search, message, ...request }) {
      if (caller === null) throw new Error(`${path} was reached without a caller`)
      const whole = {
        ...request,
        caller,
        search,
        message,
        query: parseQuery(query, search),
        body: (await readBody(spec, message)) as BodyOf<B>,
        headers: message.headers,
      }
      // Of bytes the handler knows more: it has read them.
      if (body === 'bytes') return handle(whole)
      return request.once([message.url, whole.body], () => handle(whole))
    },
  }
}

/** A route for everybody, without query parameters. */
export function publicRoute<B extends z.ZodType | null, const A extends AnswerSpecs>(spec: {
  method: Route['method']
  path: string
  summary: string
  body: B
  answers: A
  refuses?: readonly Refused[]
  handle(request: Pick<RawRequest, 'message' | 'tell'> & { body: BodyOf<B> }): Promise<AnswerTo<A>>
}): Route {
  const { method, path, summary, body, answers, refuses = [] } = spec
  return {
    method,
    path,
    summary,
    access: { roles: 'public' },
    query: NO_QUERY,
    body,
    answers,
    refuses,
    async answer({ search, message, tell }) {
      refuseUnknown(NO_QUERY, search)
      const parsed = (await readBody(spec, message)) as BodyOf<B>
      return spec.handle({ message, tell, body: parsed })
    },
  }
}

async function readBody(
  { method, body }: Pick<Route, 'method' | 'body'>,
  message: IncomingMessage,
): Promise<unknown> {
  // A body of a GET means nothing, whatever it is (RFC 9110 §9.3.1).
  if (body === null) return method === 'GET' ? null : readNothing(message)
  return body === 'bytes' ? message : parseBody(body, message)
}

/** Whoever sends members to where none are known would believe that they count. */
async function readNothing(message: IncomingMessage): Promise<null> {
  if (!hasBody(message)) return null
  const { success, error } = NOTHING.safeParse(await readUnexpected(message))
  if (!success) throw invalidBody(error)
  return null
}

const NOTHING = z.strictObject({}).optional()

async function parseBody(schema: z.ZodType, message: IncomingMessage): Promise<unknown> {
  const none = schema.safeParse(undefined)
  if (none.success && !hasBody(message)) return none.data
  const parsed = schema.safeParse(await readJson(message))
  if (!parsed.success) throw invalidBody(parsed.error)
  return parsed.data
}

/** RFC 9112 §6: a request has a body when one of these headers says so. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** Neither database has larger ids. */
export const ID_MAX = 2 ** 31 - 1

/** The id in a path; anything that cannot be one is simply not there. */
export function idOf(text: string | undefined): number {
  const id = parseId(text ?? '')
  if (id === null) throw notFound()
  return id
}

export const parseId = (text: string): number | null =>
  /^[1-9]\d{0,9}$/.test(text) && Number(text) <= ID_MAX ? Number(text) : null

export const notFound = (): AppError =>
  new AppError('not_found', 'not-found', 'There is no such thing here.')

export const actorOf = ({ user }: Caller): Actor => ({ type: 'user', id: user.id })

export const isStream = (body: unknown): body is Readable =>
  typeof body === 'object' && body !== null && 'pipe' in body
