/**
 * Inbound: bytes -> Message, in a forked process (a pool of them).
 *
 * One bad message never stops the next one: each process reads one message at a time, within a
 * deadline and a memory limit, and is replaced when it breaks them. The environment of the
 * processes is empty, so no secret is ever near a stranger's bytes.
 *
 * As few processes as keep the machine busy are used, because each has its own code to compile and
 * its own memory. Another one is for when all of them are at slow messages.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AttachmentContent } from '../mail/message.ts'
import { ParserChild } from './parser/child-process.ts'
import type { ChildLimits } from './parser/child-process.ts'
import { NotRead, ParseFailure, ParserUnavailable } from './parser/failures.ts'
import { LIMITS } from './parser/limits.ts'
import { hasRoomFor, type Job, placeOf } from './parser/load.ts'
import type { Parsed, ParseMode } from './parser/protocol.ts'
import { newPoolFolder, removeFolder, removeLeftovers } from './parser/scratch.ts'

export { ParseFailure, ParserUnavailable }

export type { Parsed, ParseMode }

export interface Parser {
  /**
   * Reads one message. `safe` is for a second attempt: headers, first text and the original as an
   * attachment. Rejects with {@link ParseFailure} when the message is to blame, else with
   * {@link ParserUnavailable} or the error of the disk. Large attachments come as files below
   * `scratchDir`; they are the caller's until {@link releaseParsed}.
   */
  parse(source: Buffer | { readonly file: string }, mode: ParseMode): Promise<Parsed>
  /** Starts one process ahead, so that the first message is quick. */
  warm(): void
  /** Kills the processes; requests in flight and in the queue fail, scratch files are removed. */
  close(): Promise<void>
}

export interface ParserOptions {
  /** At most so many at the same time. */
  readonly processes: number
  /** For large sources and attachments; made if missing, may be shared with other daemons. */
  readonly scratchDir: string
  readonly timeoutMs?: number
  readonly heapMb?: number
  readonly rssMb?: number
  /** Messages after which a process is replaced: memory does not creep. */
  readonly recycleAfter?: number
  /** Another program instead of the parser: how tests make it misbehave. */
  readonly entry?: string
}

/** A message that takes longer is not waited for where there is another process. */
const SLOW_MS = 250
/** So many processes end without anything said about a message, then it is given back. */
const NOT_READ_MAX = 3
/** Share of the memory limit beyond which a process is replaced between two messages. */
const WORN_SHARE = 0.6

export function openParser(options: ParserOptions): Parser {
  return new ParserPool(options)
}

/** The same, which tells how many seconds each message took. */
export const timedParser = (parser: Parser, told: (seconds: number) => void): Parser => ({
  warm: () => parser.warm(),
  close: () => parser.close(),
  async parse(source, mode) {
    const startedAt = performance.now()
    try {
      return await parser.parse(source, mode)
    } finally {
      told((performance.now() - startedAt) / 1_000)
    }
  },
})

/** Removes the scratch files of a message once its attachments are stored. */
export async function releaseParsed({ attachments }: Parsed): Promise<void> {
  const folders = new Set(
    attachments.flatMap(({ content }) => ('file' in content ? [dirname(content.file)] : [])),
  )
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
}

/** The bytes of an attachment, or the file they are in. */
export function contentFileOf({ content }: AttachmentContent): string | null {
  return 'file' in content ? content.file : null
}

class ParserPool implements Parser {
  readonly #processes: number
  /** So many are used while none is slow: one processor is left for the daemon. */
  readonly #usual: number
  readonly #recycleAfter: number
  readonly #limits: ChildLimits
  /** Of this pool alone: its requests have their folders in it. */
  readonly #folder: string
  readonly #cleaned: Promise<void>
  readonly #queue: Job[] = []
  /** With what each was given and has not answered. */
  readonly #children = new Map<ParserChild, Job[]>()
  #lookAgain: NodeJS.Timeout | null = null
  #nextId = 1
  #arrivals = 0
  #closed = false

  constructor(options: ParserOptions) {
    const { processes, scratchDir, timeoutMs = 30_000, heapMb = 256, rssMb = 512 } = options
    this.#processes = processes
    this.#usual = Math.max(1, Math.min(processes, availableParallelism() - 1))
    this.#recycleAfter = options.recycleAfter ?? 10_000
    this.#limits = { entry: options.entry ?? childEntry(), timeoutMs, heapMb, rssMb }
    this.#folder = newPoolFolder(scratchDir)
    this.#cleaned = removeLeftovers(scratchDir, Date.now())
  }

  parse(source: Buffer | { readonly file: string }, mode: ParseMode): Promise<Parsed> {
    if (this.#closed) return Promise.reject(closedFailure())
    return new Promise((resolve, reject) => {
      this.#queue.push({ arrival: this.#arrivals++, source, mode, resolve, reject, notRead: 0 })
      this.#next()
    })
  }

  warm(): void {
    if (!this.#closed && this.#children.size === 0) this.#start()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#stopLooking()
    for (const job of this.#queue.splice(0)) job.reject(closedFailure())
    for (const child of this.#children.keys()) child.kill()
    await this.#cleaned
    await removeFolder(this.#folder)
  }

  #start(): ParserChild {
    const child = new ParserChild(this.#limits)
    this.#children.set(child, [])
    return child
  }

  /** Gives jobs to processes as long as there are both. */
  #next(): void {
    while (!this.#closed) {
      const [job] = this.#queue
      const child = job === undefined ? null : this.#freeOrRefused(job)
      if (job === undefined || child === null) break
      this.#queue.shift()
      if (child instanceof ParserChild) void this.#run(child, job)
      else job.reject(child.refused)
    }
    this.#watchForSlow()
  }

  /** The system may refuse another process, for want of memory for example. */
  #freeOrRefused(job: Job): ParserChild | { readonly refused: unknown } | null {
    try {
      return this.#free(job)
    } catch (error) {
      return { refused: error }
    }
  }

  /** The least busy process, or a new one when too few are at work; null: all have enough to do. */
  #free(job: Job): ParserChild | null {
    for (const child of this.#children.keys()) if (this.#isDone(child)) this.#end(child)
    const able = [...this.#children.keys()].filter(
      // What was left in it may hang: nobody waits behind that.
      (child) => !this.#isWorn(child) && !child.isSlow(SLOW_MS) && child.left === 0,
    )
    const [best] = able.toSorted((a, b) => this.#loadOf(a) - this.#loadOf(b))
    if (best !== undefined && this.#loadOf(best) === 0) return best
    if (able.length < this.#usual && this.#children.size < this.#processes) return this.#start()
    if (best === undefined || !hasRoomFor(job, this.#jobsOf(best))) return null
    return best
  }

  #loadOf(child: ParserChild): number {
    return this.#jobsOf(child).length + child.left
  }

  #jobsOf(child: ParserChild): readonly Job[] {
    return this.#children.get(child) ?? []
  }

  /** It takes no more messages. */
  #isWorn({ taken, rss, gone }: ParserChild): boolean {
    return gone || taken >= this.#recycleAfter || rss > this.#limits.rssMb * 1_048_576 * WORN_SHARE
  }

  #isDone(child: ParserChild): boolean {
    return child.gone || (this.#isWorn(child) && this.#loadOf(child) === 0)
  }

  #end(child: ParserChild): void {
    this.#children.delete(child)
    if (!child.gone) child.kill()
  }

  /** While something is under way: is it slow, so that what waits behind it should go elsewhere? */
  #watchForSlow(): void {
    // Jobs may wait although nobody works on one: all processes still read what was left in them.
    const busy =
      this.#queue.length > 0 || [...this.#children.values()].some((jobs) => jobs.length > 0)
    const another = this.#processes > 1 && busy && !this.#closed
    if (!another) return this.#stopLooking()
    // What came while the daemon stood still is heard first.
    this.#lookAgain ??= setInterval(() => setImmediate(() => this.#relieve()), SLOW_MS)
  }

  #stopLooking(): void {
    if (this.#lookAgain !== null) clearInterval(this.#lookAgain)
    this.#lookAgain = null
  }

  #relieve(): void {
    for (const child of this.#children.keys()) if (child.isSlow(SLOW_MS)) child.leaveWaiting()
    this.#next()
  }

  async #run(child: ParserChild, job: Job): Promise<void> {
    const id = this.#nextId++
    const scratchDir = join(this.#folder, String(id))
    const jobs = this.#children.get(child)
    jobs?.push(job)
    const asked = this.#ask(child, job, { id, scratchDir }).finally(() => {
      if (jobs !== undefined) jobs.splice(jobs.indexOf(job), 1)
    })
    try {
      const parsed = await asked
      this.#next()
      await this.#tidy(job.source, scratchDir, parsed)
      job.resolve(parsed)
    } catch (error) {
      await removeFolder(scratchDir)
      this.#failed(job, error)
      this.#next()
    }
  }

  async #ask(
    child: ParserChild,
    { source, mode }: Job,
    { id, scratchDir }: { id: number; scratchDir: string },
  ): Promise<Parsed> {
    const handed = await this.#handOver(source, scratchDir)
    if (this.#closed) throw closedFailure()
    return child.run({ id, source: handed, mode, scratchDir })
  }

  /** What nobody is to blame for is read again; a process that broke on one alone has its answer. */
  #failed(job: Job, error: unknown): void {
    // Closing ends what is being read: the message has no part in it.
    if (this.#closed) job.reject(closedFailure())
    else if (!(error instanceof NotRead)) job.reject(error)
    else if (++job.notRead > NOT_READ_MAX) job.reject(new ParserUnavailable(error.message))
    else this.#queue.splice(placeOf(job, this.#queue), 0, job)
  }

  /** What is left is the attachments' files; a small message has none. */
  async #tidy(source: Job['source'], scratchDir: string, { attachments }: Parsed): Promise<void> {
    if (!('file' in source) && source.length <= LIMITS.contentInMemoryMax) return
    const inUse = attachments.some(({ content }) => 'file' in content)
    await removeFolder(inUse ? join(scratchDir, SOURCE_NAME) : scratchDir)
  }

  /** Large sources go through a file: IPC would copy them several times. */
  async #handOver(
    source: Job['source'],
    scratchDir: string,
  ): Promise<Uint8Array | { readonly file: string }> {
    if ('file' in source || source.length <= LIMITS.sourceInMemoryMax) return source
    const file = join(scratchDir, SOURCE_NAME)
    await mkdir(scratchDir, { recursive: true, mode: 0o700 })
    await writeFile(file, source, { mode: 0o600 })
    return { file }
  }
}

/** The handed-over source in the scratch folder of its request. */
const SOURCE_NAME = 'source'

const closedFailure = (): ParserUnavailable => new ParserUnavailable('the parser is closed')

/** Beside this file, with the same extension: .ts in development, .js when built. */
function childEntry(): string {
  const here = fileURLToPath(import.meta.url)
  return join(dirname(here), 'parser', `child${extname(here)}`)
}
