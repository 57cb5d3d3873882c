/** Checks what the API answers against what its routes say they answer. */
import { z } from 'zod'
import { isMedia } from '../../src/api/answers.ts'
import { Problem } from '../../src/api/problem.ts'
import { ANYWHERE, refusalsOf } from '../../src/api/refusals.ts'
import type { Route } from '../../src/api/route.ts'

export interface Answered {
  readonly method: string
  /** With or without a query. */
  readonly path: string
  readonly status: number
  readonly type: string
  readonly body: unknown
}

export class Described {
  readonly #routes: readonly { readonly route: Route; readonly pattern: RegExp }[]
  readonly #refusals = new Map<Route, ReadonlySet<string>>()

  constructor(routes: readonly Route[]) {
    this.#routes = routes.map((route) => ({
      route,
      pattern: new RegExp(`^${route.path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`),
    }))
  }

  /** Those without parameters come first in the eyes of the router: their words are no ids. */
  routeOf(method: string, path: string): Route | null {
    const [plain = ''] = path.split('?')
    const wanted = method === 'HEAD' ? 'GET' : method
    const found = this.#routes.filter(
      ({ route, pattern }) => route.method === wanted && pattern.test(plain),
    )
    return (found.find(({ route }) => route.path === plain) ?? found[0])?.route ?? null
  }

  /** @throws Error when the route says nothing of such an answer. */
  check(answered: Answered): void {
    const route = this.routeOf(answered.method, answered.path)
    if (route === null || answered.method === 'HEAD' || answered.status === 304) return
    const wrong =
      answered.status >= 400 && !(answered.status in route.answers)
        ? this.#wrongRefusal(route, answered)
        : wrongAnswer(route, answered)
    if (wrong !== null) {
      throw new Error(`${answered.method} ${answered.path} -> ${answered.status}: ${wrong}`)
    }
  }

  #wrongRefusal(route: Route, { status, type, body }: Answered): string | null {
    if (!type.startsWith('application/problem+json')) return `is no problem but ${type}`
    const problem = Problem.safeParse(body)
    if (!problem.success) return z.prettifyError(problem.error)
    const known = this.#refusals.get(route) ?? new Set<string>([...refusalsOf(route), ...ANYWHERE])
    this.#refusals.set(route, known)
    const refusal = `${status} ${problem.data.code}`
    return known.has(refusal) ? null : `'${refusal}' is not among what the route refuses`
  }
}

function wrongAnswer({ answers }: Route, { status, type, body }: Answered): string | null {
  const spec = answers[status]
  if (spec === undefined) return 'is no status of this route'
  if (spec === null) return body === '' ? null : 'has content'
  if (isMedia(spec)) {
    const [plain = ''] = type.split(';')
    if (spec.media.includes(plain) || spec.media.includes('*/*')) return null
    return spec.or === null ? `is ${plain}` : mismatch(spec.or, body)
  }
  return type.startsWith('application/json') ? mismatch(spec, body) : `is ${type}`
}

function mismatch(schema: z.ZodType, body: unknown): string | null {
  const parsed = schema.safeParse(body)
  return parsed.success ? null : z.prettifyError(parsed.error)
}
