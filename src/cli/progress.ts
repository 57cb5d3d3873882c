/** What long work is at, on the terminal of whoever waits for it; nothing where nobody looks on. */

export interface Terminal {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Progress {
  /** "tickets: 500 of 1000", a few times a second however often it is called. */
  show(what: string, done?: number, of?: number): void
  /** Takes it away, before other words. */
  clear(): void
}

const SHOWN_EVERY_MS = 250
const COLUMNS_USUAL = 80

/** Runs `work`; at its end nothing of its progress is left on the terminal. */
export async function withProgress<T>(
  stderr: Terminal,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = stderr.isTTY === true ? progressOn(stderr) : NOBODY_LOOKS_ON
  try {
    return await work(progress)
  } finally {
    progress.clear()
  }
}

const NOBODY_LOOKS_ON: Progress = { show: () => {}, clear: () => {} }

export function progressOn(stderr: Terminal, now: () => number = Date.now): Progress {
  let last = { what: '', at: 0 }
  let shown = ''
  return {
    show(what, done, of) {
      const at = now()
      if (what === last.what && at - last.at < SHOWN_EVERY_MS) return
      last = { what, at }
      const count = done === undefined ? '' : `: ${done}${of === undefined ? '' : ` of ${of}`}`
      // One that goes on in a second line cannot be taken back.
      const text = `${what}${count}`.slice(0, (stderr.columns ?? COLUMNS_USUAL) - 1)
      stderr.write(`\r${text.padEnd(shown.length)}`)
      shown = text
    },
    clear() {
      if (shown !== '') stderr.write(`\r${' '.repeat(shown.length)}\r`)
      shown = ''
    },
  }
}
