/**
 * Inbound: bytes -> Message, in a forked process (a pool of them).
 *
 * One bad message never stops the next one: each process reads one message at a time, within a
 * deadline and a memory limit, and is replaced when it breaks them. The environment of the
 * processes is empty, so no secret is ever near a stranger's bytes.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AttachmentContent } from '../mail/message.ts'
import { ParseFailure, ParserChild } from './parser/child-process.ts'
import type { ChildLimits } from './parser/child-process.ts'
import { LIMITS } from './parser/limits.ts'
import type { Parsed, ParseMode } from './parser/protocol.ts'
import { newPoolFolder, removeFolder, removeLeftovers } from './parser/scratch.ts'

export { ParseFailure }
export type { Parsed, ParseMode }

export interface Parser {
  /**
   * Reads one message. `safe` is for a second attempt: headers, first text and the original as an
   * attachment. Rejects with {@link ParseFailure} only. Large attachments come as files below
   * `scratchDir`; they are the caller's until {@link releaseParsed}.
   */
  parse(source: Buffer | { readonly file: string }, mode: ParseMode): Promise<Parsed>
  /** Starts one process ahead, so that the first message is quick. */
  warm(): void
  /** Kills the processes; requests in flight and in the queue fail, scratch files are removed. */
  close(): Promise<void>
}

export interface ParserOptions {
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

interface Job {
  readonly source: Buffer | { readonly file: string }
  readonly mode: ParseMode
  readonly resolve: (parsed: Parsed) => void
  readonly reject: (error: unknown) => void
}

export function openParser(options: ParserOptions): Parser {
  return new ParserPool(options)
}

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
  readonly #recycleAfter: number
  readonly #limits: ChildLimits
  /** Of this pool alone: its requests have their folders in it. */
  readonly #folder: string
  readonly #cleaned: Promise<void>
  readonly #queue: Job[] = []
  readonly #idle: ParserChild[] = []
  readonly #busy = new Set<ParserChild>()
  #nextId = 1
  #closed = false

  constructor(options: ParserOptions) {
    const { processes, scratchDir, timeoutMs = 30_000, heapMb = 256, rssMb = 512 } = options
    this.#processes = processes
    this.#recycleAfter = options.recycleAfter ?? 1_000
    this.#limits = { entry: options.entry ?? childEntry(), timeoutMs, heapMb, rssMb }
    this.#folder = newPoolFolder(scratchDir)
    this.#cleaned = removeLeftovers(scratchDir, Date.now())
  }

  parse(source: Buffer | { readonly file: string }, mode: ParseMode): Promise<Parsed> {
    if (this.#closed) return Promise.reject(closedFailure())
    return new Promise((resolve, reject) => {
      this.#queue.push({ source, mode, resolve, reject })
      this.#next()
    })
  }

  warm(): void {
    if (!this.#closed && this.#idle.length + this.#busy.size === 0) this.#idle.push(this.#start())
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const job of this.#queue.splice(0)) job.reject(closedFailure())
    for (const child of [...this.#idle.splice(0), ...this.#busy]) child.kill()
    await this.#cleaned
    await removeFolder(this.#folder)
  }

  #start(): ParserChild {
    return new ParserChild(this.#limits)
  }

  /** Gives the next job to a free process, if there are both. */
  #next(): void {
    if (this.#queue.length === 0) return
    const child = this.#free()
    if (child === null) return
    const job = this.#queue.shift()
    if (job === undefined) return
    this.#busy.add(child)
    void this.#run(child, job).then(() => this.#release(child))
  }

  #free(): ParserChild | null {
    while (this.#idle.length > 0) {
      const child = this.#idle.pop()
      if (child !== undefined && !child.gone) return child
    }
    return !this.#closed && this.#busy.size < this.#processes ? this.#start() : null
  }

  #release(child: ParserChild): void {
    this.#busy.delete(child)
    const usable = !child.gone && !this.#closed && child.served < this.#recycleAfter
    if (usable) this.#idle.push(child)
    else child.kill()
    this.#next()
  }

  async #run(child: ParserChild, job: Job): Promise<void> {
    const id = this.#nextId++
    const scratchDir = join(this.#folder, String(id))
    try {
      const source = await this.#handOver(job.source, scratchDir)
      if (this.#closed) throw closedFailure()
      const parsed = await child.run({ id, source, mode: job.mode, scratchDir })
      await this.#tidy(job.source, scratchDir, parsed)
      job.resolve(parsed)
    } catch (error) {
      await removeFolder(scratchDir)
      job.reject(error)
    }
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

const closedFailure = (): ParseFailure => new ParseFailure('crash', 'the parser is closed')

/** Beside this file, with the same extension: .ts in development, .js when built. */
function childEntry(): string {
  const here = fileURLToPath(import.meta.url)
  return join(dirname(here), 'parser', `child${extname(here)}`)
}
