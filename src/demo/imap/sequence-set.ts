/** Sets of sequence numbers or UIDs, `2,4:7,9:*` (RFC 9051 §9). */
import { BadCommand } from './tokens.ts'

const RANGE = /^(\d{1,10}|\*)(?::(\d{1,10}|\*))?$/

export interface Range {
  low: number
  high: number
}

/** `last` is what `*` stands for: the highest number in use. */
export function parseSequenceSet(text: string, last: number): Range[] {
  return text.split(',').map((part) => {
    const [, from, to = from] = RANGE.exec(part) ?? []
    if (from === undefined || to === undefined) throw new BadCommand('Bad sequence set')
    const ends = [from, to].map((end) => (end === '*' ? last : Number(end)))
    return { low: Math.min(...ends), high: Math.max(...ends) }
  })
}

export const isInSet = (ranges: readonly Range[], number: number): boolean =>
  ranges.some(({ low, high }) => number >= low && number <= high)

export const isSequenceSet = (text: string): boolean => /^[\d*][\d*:,]*$/.test(text)
