/** One change for several tickets at once. */
import { post } from '../../api/client.ts'

export interface BulkResult {
  readonly done: number
  /** What went wrong, ticket by ticket. */
  readonly refused: readonly { readonly id: number; readonly why: string }[]
}

interface BulkAnswer {
  readonly data: readonly {
    readonly id: number
    readonly status: number
    readonly problem?: { readonly detail?: string }
  }[]
}

/** At most so many in one request. */
const AT_ONCE = 500

export async function changeAll(ids: readonly number[], change: object): Promise<BulkResult> {
  const refused: { id: number; why: string }[] = []
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const body = { ids: ids.slice(start, start + AT_ONCE), patch: change }
    const { data } = await post<BulkAnswer>('/tickets/bulk', body)
    for (const { id, status, problem } of data) {
      if (status !== 200) refused.push({ id, why: problem?.detail ?? `error ${status}` })
    }
  }
  return { done: ids.length - refused.length, refused }
}
