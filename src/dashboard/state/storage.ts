/** The browser's storage, where there is one. */

const PREFIX = 'postroom.'

export function readStored<T>(key: string, fallback: T): T {
  try {
    const text = window.localStorage.getItem(PREFIX + key)
    return text === null ? fallback : (JSON.parse(text) as T)
  } catch {
    return fallback
  }
}

/** Null takes it away. */
export function writeStored(key: string, value: unknown): void {
  try {
    if (value === null) window.localStorage.removeItem(PREFIX + key)
    else window.localStorage.setItem(PREFIX + key, JSON.stringify(value))
  } catch {
    // Full or forbidden: it is kept in this tab at least.
  }
}
