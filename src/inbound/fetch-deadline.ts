/** Ends to waiting for an IMAP server: a deadline of our own, and the death of the connection. */

/** The work, or the end of the connection, whichever comes first. */
export const untilClosed = <T>(work: Promise<T>, closed: Promise<void>): Promise<T> =>
  Promise.race([
    work,
    closed.then((): never => {
      throw new Error('the connection was closed')
    }),
  ])

/** Runs out of patience after `ms`: closes the connection and throws. */
export async function within<T>(
  ms: number,
  what: string,
  work: Promise<T>,
  giveUp: () => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      giveUp()
      reject(new Error(`no answer to ${what} within ${Math.round(ms / 1000)} s`))
    }, ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    work.catch(() => {
      // Already reported as late.
    })
  }
}
