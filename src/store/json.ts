/** JSON columns: text in both databases, read back through one door. */

/** What goes into a JSON text column. */
export const toJson = (value: unknown): string => JSON.stringify(value)

/** A list of strings from a JSON column; anything else in it is dropped. */
export function stringsFrom(text: string | null): string[] {
  const value = parsed(text)
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** An object from a JSON column; {} when it holds anything else. */
export function recordFrom(text: string | null): Record<string, unknown> {
  const value = parsed(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

/** A list of objects from a JSON column; anything else in it is dropped. */
export function recordsFrom(text: string | null): Record<string, unknown>[] {
  const value = parsed(text)
  return Array.isArray(value)
    ? value.filter((item) => typeof item === 'object' && item !== null)
    : []
}

/** Custom fields: string values only. */
export function fieldsFrom(text: string | null): Record<string, string> {
  return Object.fromEntries(
    Object.entries(recordFrom(text)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )
}

function parsed(text: string | null): unknown {
  if (text === null || text === '') return null
  return JSON.parse(text)
}
