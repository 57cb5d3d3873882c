/** What the demo asks the daemon's API, with an admin's token. */
export interface DeskTicket {
  id: number
  subject: string
  status: string
  tags: string[]
  requester: { email: string }
  counts: { comments: number }
}

export interface DeskInbound {
  id: number
  fate: string
}

export interface DeskOutbox {
  id: number
  to: string
  kind: string
  outcome: string
}

interface Page<Row> {
  data: Row[]
  page: { next_cursor: string | null; has_more: boolean }
}

export class DeskClient {
  readonly #url: string
  readonly #token: string

  constructor(url: string, token: string) {
    this.#url = url
    this.#token = token
  }

  tickets(): Promise<DeskTicket[]> {
    return this.#all<DeskTicket>('/tickets')
  }

  inbound(): Promise<DeskInbound[]> {
    return this.#all<DeskInbound>('/inbound')
  }

  outbox(): Promise<DeskOutbox[]> {
    return this.#all<DeskOutbox>('/outbox')
  }

  async #all<Row>(route: string): Promise<Row[]> {
    const rows: Row[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = new URLSearchParams({ limit: '200', ...(cursor !== '' && { cursor }) })
      const page: Page<Row> = await this.#get(`${route}?${query.toString()}`)
      rows.push(...page.data)
      cursor = page.page.has_more ? page.page.next_cursor : null
    }
    return rows
  }

  async #get<Body>(route: string): Promise<Body> {
    const response = await fetch(`${this.#url}/api/v1${route}`, {
      headers: { authorization: `Bearer ${this.#token}` },
    })
    if (!response.ok) throw new Error(`GET ${route} answered ${response.status}`)
    return (await response.json()) as Body
  }
}
