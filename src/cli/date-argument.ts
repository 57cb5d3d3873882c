/** A point in time, as people type it. */
import { InvalidArgumentError } from 'commander'

/** A day, or an instant of RFC 3339; for commander, which says so when it is neither. */
export function dateArgument(text: string): Date {
  const date = new Date(text)
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(date.getTime())) return date
  throw new InvalidArgumentError('It is not a date like 2026-11-01 or 2026-11-01T09:00:00Z.')
}
