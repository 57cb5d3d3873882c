/** The API as its OpenAPI document tells it: operations, and a judge of every answer. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { OpenApi, Operation } from '../../../src/api/openapi.ts'
import type { Client } from '../desk-api.ts'
import type { Answered } from '../described.ts'

export interface Described {
  readonly method: string
  /** `/tickets/{id}` */
  readonly path: string
  readonly operation: Operation
}

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>
}

/** Reads answers by the document alone; keeps account of what was seen of it. */
export class Document {
  readonly operations: readonly Described[]
  /** `PUT /tickets/{id}/status 409 ticket-closed`, and `... 200`. */
  readonly seen = new Set<string>()
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  readonly #patterns: readonly { readonly described: Described; readonly pattern: RegExp }[]
  readonly #validators = new Map<string, ValidateFunction>()
  count = 0

  constructor({ paths, components }: OpenApi) {
    this.#ajv.addSchema({ $id: 'api', components })
    this.operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation,
      })),
    )
    this.#patterns = this.operations.map((described) => ({
      described,
      pattern: new RegExp(
        `^/api/v1${described.path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`,
      ),
    }))
  }

  static async of(client: Client): Promise<Document> {
    return new Document((await client.get('/api/v1/openapi.json')).body as unknown as OpenApi)
  }

  get(method: string, path: string): Described {
    const found = this.operations.find((one) => one.method === method && one.path === path)
    if (found === undefined) throw new Error(`no operation ${method} ${path}`)
    return found
  }

  /** Everything that the document says can happen, but for what is nobody's fault. */
  get promised(): string[] {
    return this.operations.flatMap(({ method, path, operation }) =>
      Object.entries(operation.responses).flatMap(([status, response]) => {
        if (status === 'default' || status === '304') return []
        const name = `${method} ${path} ${status}`
        const codes = codesOf(response as Response)
        return codes.length === 0 ? [name] : codes.map((code) => `${name} ${code}`)
      }),
    )
  }

  /** @throws Error when the document does not have it so. */
  readonly check = ({ method, path, status, type, body }: Answered): void => {
    this.count += 1
    const found = this.#find(method, path)
    if (found === null) return
    const { operation } = found
    const name = `${method} ${found.path}`
    const response = (operation.responses[status] ?? operation.responses['default']) as Response
    const documented = status in operation.responses
    const code = status >= 400 ? ` ${(body as { code?: string }).code}` : ''
    if (status >= 500 || (!documented && !(code.slice(1) in RACES))) {
      throw new Error(`${name} -> ${status}${code} is not promised: ${JSON.stringify(body)}`)
    }
    const [media = ''] = type.split(';')
    this.#judge(`${name} ${status}`, { response, media, body })
    this.seen.add(`${name} ${status}${code}`)
  }

  #find(method: string, path: string): Described | null {
    const [plain = ''] = path.split('?')
    const all = this.#patterns.filter(
      ({ described, pattern }) => described.method === method && pattern.test(plain),
    )
    const exact = all.find(({ described }) => `/api/v1${described.path}` === plain)
    return (exact ?? all[0])?.described ?? null
  }

  #judge(
    name: string,
    { response, media, body }: { response: Response; media: string; body: unknown },
  ): void {
    const { content } = response
    if (content === undefined) {
      if (body !== '') throw new Error(`${name} has content`)
      return
    }
    const given = content[media] ?? content['*/*']
    if (given === undefined) throw new Error(`${name} is ${media}`)
    if (given.schema === undefined) return
    const key = `${name} ${media}`
    const validate = this.#validators.get(key) ?? this.#ajv.compile(inside(given.schema))
    this.#validators.set(key, validate)
    if (validate(body)) return
    throw new Error(`${name}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(body)}`)
  }
}

/** Two at once: the one who was late is told, on any route. */
const RACES: Readonly<Record<string, true>> = { overtaken: true, 'request-in-progress': true }

/** References as from a schema beside the document. */
const inside = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as object

function codesOf({ content }: Response): readonly string[] {
  const schema = content?.['application/problem+json']?.schema as
    | { allOf?: [unknown, { properties: { code: { enum: string[] } } }] }
    | undefined
  return schema?.allOf?.[1].properties.code.enum ?? []
}
