/** Instants: Date in code, milliseconds since 1970 in both databases. */

export const toMs = (date: Date): number => date.getTime()

export const fromMs = (ms: number): Date => new Date(ms)

export const fromMsOrNull = (ms: number | null): Date | null => (ms === null ? null : new Date(ms))
