/** Calls the API as somebody: JSON in, JSON out, refusals are errors. */

export type Json = Record<string, unknown> & { id: number; data: (Json & { id: number })[] }

export class DeskCaller {
  readonly #url: string
  readonly #token: string

  constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  get = (path: string): Promise<Json> => this.#call('GET', path)
  post = (path: string, body?: unknown): Promise<Json> => this.#call('POST', path, body)
  put = (path: string, body?: unknown): Promise<Json> => this.#call('PUT', path, body)
  remove = (path: string): Promise<Json> => this.#call('DELETE', path)

  async #call(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await fetch(`${this.#url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return (text === '' ? {} : JSON.parse(text)) as Json
  }
}
