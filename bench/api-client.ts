/**
 * The benchmark's client of the API, in a process of its own so that it takes no time of the
 * daemon's: several connections, each with one request after another.
 */
import { Agent, get } from 'node:http'

export interface Ask {
  readonly url: string
  readonly token: string
  /** Taken in turn. */
  readonly paths: readonly string[]
  readonly connections: number
  readonly ms: number
  /** Milliseconds of rest after each answer. */
  readonly restMs?: number
}

export interface Asked {
  /** Milliseconds of each request, from the smallest. */
  readonly times: readonly number[]
  /** Requests that were not answered 200. */
  readonly failed: number
  readonly ms: number
}

process.on('message', (ask: Ask) => {
  void measure(ask).then((asked) => process.send?.(asked))
})
process.on('disconnect', () => process.exit())

async function measure({ url, token, paths, connections, ms, restMs = 0 }: Ask): Promise<Asked> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const headers = { authorization: `Bearer ${token}` }
  const times: number[] = []
  let failed = 0
  let n = 0
  const begin = performance.now()
  const worker = async (): Promise<void> => {
    while (performance.now() - begin < ms) {
      const path = paths[n % paths.length] ?? '/'
      n += 1
      const from = performance.now()
      const status = await once(`${url}${path}`, { agent, headers })
      times.push(performance.now() - from)
      if (status !== 200) failed += 1
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs))
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  agent.destroy()
  return { times: times.toSorted((a, b) => a - b), failed, ms: performance.now() - begin }
}

function once(url: string, options: { agent: Agent; headers: object }): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent: options.agent, headers: { ...options.headers } }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
      response.on('error', reject)
    }).on('error', reject)
  })
}
