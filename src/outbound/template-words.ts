/** Dates, numbers and plural forms as a language writes them, for the filters of templates. */

/** Making a formatter costs a hundred times more than using it. */
const FORMATTERS_MAX = 200

function kept<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known
    // Tags come from strangers' headers: there is no end of them.
    if (made.size >= FORMATTERS_MAX) made.clear()
    const fresh = make(key)
    made.set(key, fresh)
    return fresh
  }
}

const dateFormat = kept((key) => {
  const [locale = 'en', timeZone = 'UTC'] = key.split(' ')
  return new Intl.DateTimeFormat(locale, {
    timeZone,
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  })
})
const numberFormat = kept((locale) => new Intl.NumberFormat(locale))
const pluralRules = kept((locale) => new Intl.PluralRules(locale))

/** An instant with its zone's name, as `6 July 2026 at 12:00 CEST`; the spaces are plain ones. */
export const dateText = (at: Date, locale: string, timeZone: string): string =>
  dateFormat(`${locale} ${timeZone}`)
    .format(at)
    .replace(/[\u00a0\u202f\u2009]/g, ' ')

export type PluralForms = Readonly<Record<string, string>>

/** The form that fits a count, `#` in it replaced by the count. `other` fits where none does. */
export function pluralText(count: number, forms: PluralForms, locale: string): string {
  const form = forms[pluralRules(locale).select(count)] ?? forms['other']
  if (form === undefined) throw new Error('plural needs at least other: "..."')
  return form.replaceAll('#', numberFormat(locale).format(count))
}

/** Counts that stand for all that people write in a mail. */
const COUNTS = Array.from({ length: 201 }, (_, count) => count)

/** The plural categories that counts of things can have in a language (CLDR cardinal rules). */
export const pluralCategories = kept((locale): readonly string[] => [
  ...new Set([...COUNTS.map((count) => pluralRules(locale).select(count)), 'other']),
])
