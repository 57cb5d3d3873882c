/** What became of the mails of an answer: bad news stands there in words, good news is small. */
import type { Comment } from '../../api/types.ts'
import { post } from '../../api/client.ts'
import { Icon } from '../../parts/icon.tsx'
import { attempt } from '../../state/toasts.ts'

const WORDS: Readonly<Record<string, { tone: string; text: string; bad?: boolean }>> = {
  held: { tone: 'tone-warning', text: 'held back' },
  queued: { tone: '', text: 'waits to be sent' },
  sending: { tone: '', text: 'is being sent' },
  ending: { tone: '', text: 'is being sent' },
  sent: { tone: 'tone-success', text: 'handed to the mail server' },
  failed: { tone: 'tone-error', text: 'could not be delivered', bad: true },
  bounced: { tone: 'tone-error', text: 'came back', bad: true },
  suppressed: {
    tone: 'tone-warning',
    text: 'not sent: mail to this address came back before',
    bad: true,
  },
  uncertain: {
    tone: 'tone-warning',
    text: 'perhaps sent: the connection broke at the end',
    bad: true,
  },
  discarded: { tone: '', text: 'discarded' },
}

/** What can be tried once more. */
const RESENT = ['failed', 'bounced', 'uncertain']

export function Deliveries({ comment }: { comment: Comment }) {
  if (comment.deliveries.length === 0) return null
  const bad = comment.deliveries.filter(({ outcome }) => WORDS[outcome]?.bad === true)
  const mayResend = bad.some(({ outcome }) => RESENT.includes(outcome))
  const resend = (): void => {
    void attempt(() => post(`/comments/${comment.id}/resend`), 'It is sent once more.')
  }
  const outcomes = [...new Set(comment.deliveries.map(({ outcome }) => outcome))]
  return (
    <div class="mt-2 flex flex-col gap-1.5">
      {bad.map(({ address, outcome, detail }) => (
        <div key={address} class="alert alert-soft alert-error py-2 text-sm">
          <Icon name="warn" />
          <span class="written">
            <b>{address}</b> {WORDS[outcome]?.text}.{detail ? ` ${detail}` : ''}
          </span>
        </div>
      ))}
      {mayResend && (
        <button type="button" class="btn btn-sm self-start" onClick={resend}>
          Send it again
        </button>
      )}
      {bad.length === 0 && (
        <p
          class="flex flex-wrap gap-1.5"
          title={comment.deliveries
            .map(({ address, outcome }) => `${address}: ${outcome}`)
            .join('\n')}
        >
          {outcomes.map((outcome) => (
            <span key={outcome} class={`pill ${WORDS[outcome]?.tone ?? ''}`} data-outcome={outcome}>
              {outcome === 'sent' && <Icon name="check" class="size-3" />}
              {WORDS[outcome]?.text ?? outcome}
            </span>
          ))}
        </p>
      )}
    </div>
  )
}
