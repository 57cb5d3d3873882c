/** A copy of mail whose words were erased, which came in once more. */
import { discardBlobs } from './blob-garbage.ts'
import { erasedMark, isErasedMark } from './erased-mark.ts'
import type { InboundMessage, InboundRow } from './inbound-messages.ts'
import { toJson } from './json.ts'
import type { Tx } from './open.ts'

/**
 * Of the copy, too, nothing but the mark stays.
 *
 * @param copy settled as one of `twin`; `files` came with it
 * @returns false: the words of `twin` are there, and nothing was done
 */
export async function eraseCopy(
  tx: Tx,
  copy: { row: InboundMessage; twin: number; files: readonly { readonly sha256: string }[] },
  at: Date,
): Promise<boolean> {
  const { row, twin, files } = copy
  const messages = () => tx<InboundRow>('inbound_messages')
  const erased = await messages().where({ id: twin }).first('message_id')
  if (!isErasedMark(erased?.message_id ?? null)) return false
  await discardBlobs(tx, [row.sha256, ...files.map(({ sha256 }) => sha256)], at)
  await messages()
    .where({ id: row.id })
    .update({
      sha256: null,
      message_id: erasedMark(row),
      body_hash: null,
      sender: null,
      evidence: null,
      reasons: toJson(['erased']),
    })
  return true
}
