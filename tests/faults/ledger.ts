/**
 * A ledger of the fault tests: what was handed over, written down before it is, in memory and as
 * lines of JSON in a file that stays when the test fails.
 */
import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import type { Entry } from './oracle.ts'

export const sha256Of = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex')

export class Ledger {
  readonly #file: string
  readonly #entries: Entry[] = []

  constructor(file: string) {
    this.#file = file
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }

  note(id: string, content: string | Uint8Array): void {
    const entry = { id, sha256: sha256Of(content) }
    appendFileSync(this.#file, `${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`)
    this.#entries.push(entry)
  }
}
