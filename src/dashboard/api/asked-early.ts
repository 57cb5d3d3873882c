/**
 * Answers to what the first page is going to ask, asked for before the page itself has come (see
 * early.ts). Each is given once, and only as long as one is where one came in: what is asked later
 * wants to know how things are then.
 */

const answers = new Map<string, Promise<Response>>()

export function askEarly(url: string): void {
  const answer = fetch(url, { credentials: 'same-origin' })
  // Whoever takes it hears of it.
  answer.catch(() => {})
  answers.set(url, answer)
}

/** Undefined: it was not asked for, or somebody has the answer already. */
export function answerAskedFor(url: string): Promise<Response> | undefined {
  const answer = answers.get(url)
  answers.delete(url)
  return answer
}

export function forgetAskedEarly(): void {
  answers.clear()
}
