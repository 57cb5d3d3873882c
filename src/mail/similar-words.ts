/**
 * Do two texts say the same but for numbers, names and dates filled in? A responder that marks
 * nothing answers each mail with its one text, and puts the mail's number or subject into it.
 *
 * Runs of three words are compared (Broder's w-shingling): two letters of one person share words,
 * hardly ever their order. Linear in the texts' length, which is cut.
 */

/** Responders are short; what they quote of us is not part of the text. */
const LENGTH_MAX = 4_000
const RUN = 3
/** Of all runs that occur in either text, this part is in both. */
const SAME_PART = 0.7

const NUMBER = /\p{N}/u

export function saysTheSame(one: string, other: string): boolean {
  if (one === other) return true
  const [a, b] = [runsOf(one), runsOf(other)]
  if (a.size === 0 || b.size === 0) return false
  const both = [...a].filter((run) => b.has(run)).length
  return both / (a.size + b.size - both) >= SAME_PART
}

/** Words with a digit in them are what is filled in: ticket numbers, dates, times, versions. */
function runsOf(text: string): Set<string> {
  const words = text
    .slice(0, LENGTH_MAX)
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '' && !NUMBER.test(word))
  const runs = new Set<string>()
  for (let at = 0; at + RUN <= words.length; at += 1) {
    runs.add(words.slice(at, at + RUN).join(' '))
  }
  return runs
}
