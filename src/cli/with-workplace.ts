/** Opens the workplace for one command and closes it again; works beside a running daemon. */
import type { Config } from '../config.ts'
import { EXIT, OperatorError } from '../errors.ts'
import { type Address, parseAddress } from '../mail/address.ts'
import { openWorkplace, type Workplace } from '../workplace.ts'

export async function withWorkplace<T>(
  config: Config,
  work: (workplace: Workplace) => Promise<T>,
): Promise<T> {
  const workplace = await openWorkplace(config)
  try {
    return await work(workplace)
  } finally {
    await workplace.close()
  }
}

/** The address a person typed; exit 2 when it is none. */
export function addressArgument(text: string): Address {
  const address = parseAddress(text)
  if (address !== null) return address
  throw new OperatorError(EXIT.usage, `"${text}" is not an email address.`)
}
