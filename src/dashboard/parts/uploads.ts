/** Files on their way to the desk, before they belong to what is being written. */
import { type Signal, useSignal } from '@preact/signals'
import { upload } from '../api/client.ts'
import type { Attachment } from '../api/types.ts'
import { attempt } from '../state/toasts.ts'

export interface Uploads {
  /** How many are on their way. */
  readonly busy: Signal<number>
  readonly add: (files: Iterable<File>) => void
}

/** @param keep is called with each one that has arrived; of the others one is told. */
export function useUploads(keep: (attachment: Attachment) => void): Uploads {
  const busy = useSignal(0)
  const add = (files: Iterable<File>): void => {
    for (const file of files) {
      busy.value += 1
      void attempt(async () => keep(await upload(file))).finally(() => {
        busy.value -= 1
      })
    }
  }
  return { busy, add }
}
