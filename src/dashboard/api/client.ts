/** The only caller of fetch(): JSON in, JSON out, refusals as {@link Problem}. */
import { signal } from '@preact/signals'
import { answerAskedFor } from './asked-early.ts'
import { linkToken } from '../router.ts'
import { Problem, unreachable } from './problem.ts'
import type { Attachment } from './types.ts'

/** Counts how often the API said that nobody is logged in any more. */
export const signedOutElsewhere = signal(0)

export interface Wanted {
  readonly body?: unknown
  readonly ifMatch?: number
  readonly signal?: AbortSignal
  /** The tab is about to close: the request outlives it. */
  readonly keepalive?: boolean
  /** The same key twice does the work once. */
  readonly key?: string
}

/** Where something of the API is for whoever looks: by a link everything is under the link. */
export const apiPath = (path: string): string =>
  linkToken.peek() === null ? `/api/v1${path}` : `/t/${linkToken.peek()}/api${path}`

export const get = <T>(path: string, wanted: Wanted = {}): Promise<T> =>
  call<T>('GET', path, wanted)
export const post = <T = unknown>(path: string, body?: unknown, wanted: Wanted = {}): Promise<T> =>
  call<T>('POST', path, { ...wanted, body })
export const put = <T = unknown>(path: string, body?: unknown, wanted: Wanted = {}): Promise<T> =>
  call<T>('PUT', path, { ...wanted, body })
export const patch = <T = unknown>(path: string, body: unknown, wanted: Wanted = {}): Promise<T> =>
  call<T>('PATCH', path, { ...wanted, body })
export const remove = (path: string, body?: unknown): Promise<unknown> =>
  call('DELETE', path, { body })

async function call<T>(method: string, path: string, wanted: Wanted): Promise<T> {
  const { body, ifMatch, key, ...rest } = wanted
  const headers = {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(ifMatch === undefined ? {} : { 'if-match': `"v${ifMatch}"` }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  }
  const payload = body === undefined ? {} : { body: JSON.stringify(body) }
  return read<T>(await reach(apiPath(path), { method, headers, ...payload, ...rest }))
}

/** Sends a file as it is; it belongs to nobody's comment yet. */
export async function upload(file: File): Promise<Attachment> {
  const name = encodeURIComponent(file.name).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16)}`,
  )
  const headers = {
    'content-type': file.type === '' ? 'application/octet-stream' : file.type,
    'content-disposition': `attachment; filename*=UTF-8''${name}`,
  }
  return read(await reach(apiPath('/attachments'), { method: 'POST', headers, body: file }))
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    const early = init.method === 'GET' ? answerAskedFor(url) : undefined
    return await (early ?? fetch(url, { credentials: 'same-origin', ...init }))
  } catch (err) {
    if (err instanceof DOMException && err.name === 'AbortError') throw err
    throw unreachable()
  }
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : text
  if (response.ok) return parsed as T
  const body =
    typeof parsed === 'object' && parsed !== null ? parsed : { detail: text.slice(0, 200) }
  const problem = new Problem(response.status, body as Record<string, unknown>, response.headers)
  if (problem.code === 'unauthenticated') signedOutElsewhere.value += 1
  throw problem
}
