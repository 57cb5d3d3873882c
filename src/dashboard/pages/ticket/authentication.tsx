/** Whether the mail really comes from where it says, as our mail server saw it. */
import type { Comment } from '../../api/types.ts'
import { Icon } from '../../parts/icon.tsx'

export function Authentication({ comment }: { comment: Comment }) {
  const { authentication } = comment
  if (authentication === null || comment.source !== 'email') return null
  const { spf, dkim, dmarc, aligned, source } = authentication
  const failed = [spf, dkim, dmarc].some((result) => result === 'fail')
  const seen = [`SPF ${spf ?? 'none'}`, `DKIM ${dkim ?? 'none'}`, `DMARC ${dmarc ?? 'none'}`].join(
    ', ',
  )
  const title =
    source === null ? 'No server of ours has checked this mail' : `${seen} (checked by ${source})`
  if (aligned) {
    return (
      <span class="pill tone-success" title={title}>
        <Icon name="shield" class="size-3" /> verified sender
      </span>
    )
  }
  return failed ? (
    <span class="pill tone-error" title={title}>
      <Icon name="warn" class="size-3" /> sender check failed
    </span>
  ) : (
    <span class="pill" title={title}>
      unverified sender
    </span>
  )
}
