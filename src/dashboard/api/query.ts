/** The query of an address. */

/** `{status: 'open', tag: null}` -> `?status=open`; null and '' are left out. */
export function queryOf(
  values: Readonly<Record<string, string | number | null | undefined>>,
): string {
  const given = Object.entries(values).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  )
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return text === '' ? '' : `?${text}`
}
