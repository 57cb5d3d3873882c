/** Days as the API names them. */

const DAY_MS = 86_400_000

/** The first of so many days that end today. */
export const dayBefore = (days: number): string =>
  new Date(Date.now() - (days - 1) * DAY_MS).toISOString().slice(0, 10)
