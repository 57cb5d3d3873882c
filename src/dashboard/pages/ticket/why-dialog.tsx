/** Why a mail is in this ticket: what the desk found in it, and what it made of that. */
import { get } from '../../api/client.ts'
import type { Comment, Inbound, Page } from '../../api/types.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Failed, Waiting } from '../../parts/feedback.tsx'
import { useLoad } from '../../state/load.ts'

/** One thing in a mail that names a ticket. */
interface Hint {
  readonly hint: string
  readonly strength: string
  readonly ticketId: number
  readonly accepted: boolean
  readonly because: string
}

interface Explained extends Inbound {
  readonly evidence: {
    readonly threading?: readonly Hint[]
    readonly problems?: readonly string[]
  }
}

/** The API gives no more at once: of older mail the ledger tells. */
const LOOKED_AT = 200

async function explanationOf({ id, ticket_id: ticket }: Comment): Promise<Explained | null> {
  const { data } = await get<Page<Inbound>>(`/inbound?ticket=${ticket}&limit=${LOOKED_AT}`)
  const message = data.find((one) => one.comment_id === id)
  return message === undefined ? null : get<Explained>(`/inbound/${message.id}`)
}

export function WhyDialog({ comment, onClose }: { comment: Comment; onClose: () => void }) {
  const found = useLoad(`why ${comment.id}`, async () => ({ mail: await explanationOf(comment) }))
  const { value } = found.data
  return (
    <Dialog title="Why is this mail here?" onClose={onClose}>
      {value === null && found.problem.value === null && <Waiting lines={4} />}
      {found.problem.value !== null && <Failed problem={found.problem.value} again={found.again} />}
      {value !== null && value.mail === null && (
        <p>
          The{' '}
          <a class="link" href={`/admin/inbound?message_id=${comment.message_id ?? ''}`}>
            incoming mail
          </a>{' '}
          tells.
        </p>
      )}
      {value !== null && value.mail !== null && <Explanation mail={value.mail} />}
    </Dialog>
  )
}

const words = (text: string): string => text.replaceAll('_', ' ')

const Explanation = ({ mail }: { mail: Explained }) => (
  <div class="flex flex-col gap-4">
    <p>
      Taken for mail of: <b>{words(mail.verdict ?? 'nobody knows')}</b>
    </p>
    <Reasons title="Reasons" reasons={mail.reasons} />
    <Hints hints={mail.evidence.threading ?? []} />
    <Reasons title="Odd about it" reasons={mail.evidence.problems ?? []} />
    <p class="muted text-sm break-all">
      {mail.message_id ?? 'no Message-ID'} · {mail.folder} · UID {mail.uid}
    </p>
  </div>
)

const Reasons = ({ title, reasons }: { title: string; reasons: readonly string[] }) =>
  reasons.length === 0 ? null : (
    <section aria-label={title}>
      <h3 class="muted mb-1 text-sm font-semibold">{title}</h3>
      <ul class="list-disc ps-5">
        {reasons.map((reason) => (
          <li key={reason} class="written">
            {reason}
          </li>
        ))}
      </ul>
    </section>
  )

const Hints = ({ hints }: { hints: readonly Hint[] }) => (
  <section aria-label="What names a ticket">
    <h3 class="muted mb-1 text-sm font-semibold">What names a ticket</h3>
    {hints.length === 0 && <p>Nothing in it.</p>}
    <ul class="flex flex-col gap-1.5">
      {hints.map(({ hint, strength, ticketId, accepted, because }) => (
        <li key={`${hint} ${ticketId}`} class="flex flex-wrap items-baseline gap-x-2">
          <span class={`pill ${accepted ? 'tone-success' : ''}`}>
            {accepted ? 'counts' : 'does not count'}
          </span>
          <span>
            {hint} → #{ticketId} ({strength})
          </span>
          <span class="muted text-sm">{because}</span>
        </li>
      ))}
    </ul>
  </section>
)
