/** Zoho Mail: one bracketed line with address, code and words for each recipient. */
import type { BounceSystem } from './bounce-system.ts'

export const zoho: BounceSystem = {
  name: 'Zoho Mail',
  marks: 'zoho mail | zohomail',
  subjects: 'mail delivery status notification | undelivered mail',
  statements: 'had fatal errors | message will be retried',
}
