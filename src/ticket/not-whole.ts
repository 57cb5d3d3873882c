/** What the ledger says of a message of which only the beginning was taken: it is too large. */

const BEGIN = 'too large ('

/** Kept with the message in the ledger. @param size in bytes */
export const tooLarge = (size: number): string =>
  `${BEGIN}${size} bytes): only its beginning was taken, the whole is on the server`

/** What was kept; nothing: the message is here as a whole. */
export const whyNotWhole = ({
  reasons,
}: {
  readonly reasons: readonly string[]
}): readonly string[] => reasons.filter((reason) => reason.startsWith(BEGIN))

/** In bytes, as far as it was known when its beginning was taken; null: it is here as a whole. */
export function sizeOfWhole(message: { readonly reasons: readonly string[] }): number | null {
  const [why] = whyNotWhole(message)
  return why === undefined ? null : Number.parseInt(why.slice(BEGIN.length), 10)
}
