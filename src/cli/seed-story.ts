/** Invents tickets, the same ones for the same seed: who asks what, who answers, how it ended. */
import type { Lifecycle, StatusCategory, StatusRule } from '../ticket/lifecycle.ts'
import type { Priority } from '../ticket/ticket.ts'
import { FIRST_NAMES, LAST_NAMES, type Matter, MATTERS, THINGS } from './seed-texts.ts'

/** A number from 0 (inclusive) to 1. */
export type Dice = () => number

/** Mulberry32 by Tommy Ettinger, public domain: small, and good enough for stories. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const pick = <T>(dice: Dice, from: readonly T[]): T => {
  const found = from[Math.floor(dice() * from.length)]
  if (found === undefined) throw new Error('nothing to pick from')
  return found
}

export interface Told {
  readonly by: 'customer' | 'agent' | 'note'
  readonly text: string
  readonly at: number
}

export interface SeedTicket {
  readonly subject: string
  readonly matter: Matter
  readonly status: StatusRule
  readonly priority: Priority
  readonly tags: readonly string[]
  readonly told: readonly Told[]
  /** Instants in milliseconds. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly closedAt: number | null
  readonly waitingSince: number | null
  readonly firstAnsweredAt: number | null
}

export interface Invention {
  readonly dice: Dice
  readonly lifecycle: Lifecycle
  readonly createdAt: number
  readonly nowMs: number
  /** From 0, the oldest, to 1, the newest: old ones are mostly done with. */
  readonly age: number
  readonly comments: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export function inventTicket(wanted: Invention): SeedTicket {
  const { dice, lifecycle, createdAt, age } = wanted
  const matter = pick(dice, MATTERS)
  const fill = filler(dice, createdAt)
  const told = conversation(wanted, matter, fill)
  const last = told.at(-1)
  const answered = told.find(({ by }) => by === 'agent')?.at ?? null
  const status = statusOf(dice, lifecycle, age, last?.by === 'agent')
  const updatedAt = last?.at ?? createdAt
  const isOpen = status.category === 'open'
  return {
    subject: fill(pick(dice, matter.subjects)),
    matter,
    status,
    priority: priorityOf(dice()),
    tags: dice() < 0.6 ? [pick(dice, matter.tags)] : [],
    told,
    createdAt,
    updatedAt,
    closedAt: status.category === 'closed' ? updatedAt : null,
    waitingSince: isOpen && last?.by === 'customer' ? last.at : null,
    firstAnsweredAt: answered,
  }
}

/** Who speaks when: an answer follows a question within hours, a note may come in between. */
function conversation(
  { dice, createdAt, nowMs, comments }: Invention,
  matter: Matter,
  fill: (text: string) => string,
): Told[] {
  const told: Told[] = []
  let at = createdAt
  let turn: 'customer' | 'agent' = 'customer'
  for (let n = 0; n < comments; n += 1) {
    const isNote = n > 0 && dice() < 0.12
    const by = isNote ? ('note' as const) : turn
    const words =
      n === 0
        ? matter.asks
        : { customer: matter.returns, agent: matter.answers, note: matter.notes }[by]
    told.push({ by, text: fill(pick(dice, words)), at })
    if (!isNote) turn = turn === 'customer' ? 'agent' : 'customer'
    // Most answers come soon, a few take days.
    at = Math.min(nowMs, at + Math.round(HOUR_MS * 0.1 + dice() ** 4 * 2 * DAY_MS))
  }
  return told
}

function filler(dice: Dice, createdAt: number): (text: string) => string {
  const number = String(10_000 + Math.floor(dice() * 90_000))
  const thing = pick(dice, THINGS)
  const day = new Date(createdAt - Math.floor(dice() * 14) * DAY_MS).toISOString().slice(0, 10)
  return (text) => text.replaceAll('%n', number).replaceAll('%p', thing).replaceAll('%d', day)
}

function statusOf(dice: Dice, lifecycle: Lifecycle, age: number, answered: boolean): StatusRule {
  const done = dice() < 0.97 - 0.65 * age ** 8
  const turn: StatusCategory = answered ? 'waiting' : 'open'
  const category = done ? 'closed' : turn
  const rules = [...lifecycle.statuses.values()]
  const fitting = rules.filter((rule) => rule.category === category)
  return pick(dice, fitting.length > 0 ? fitting : rules.filter((rule) => rule.category === 'open'))
}

function priorityOf(chance: number): Priority {
  if (chance < 0.1) return 'low'
  if (chance < 0.8) return 'normal'
  return chance < 0.95 ? 'high' : 'urgent'
}

export interface SeedPerson {
  readonly name: string
  readonly email: string
}

/** RFC 2606: nobody has an address at example.org. */
export function inventPerson(dice: Dice, number: number): SeedPerson {
  const first = pick(dice, FIRST_NAMES)
  const last = pick(dice, LAST_NAMES)
  const domain = pick(dice, ['example.com', 'example.net', 'example.org'])
  return { name: `${first} ${last}`, email: `${first}.${last}.${number}@${domain}`.toLowerCase() }
}
