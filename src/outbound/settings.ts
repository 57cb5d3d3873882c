/** An inbox's SMTP section as the submission needs it. */
import type { InboxConfig } from '../config.ts'
import { tokensFor } from '../oauth.ts'
import type { SmtpSettings } from './smtp.ts'

export function settingsOf({ smtp, address }: InboxConfig): SmtpSettings {
  return {
    host: smtp.host,
    port: smtp.port,
    tls: smtp.tls,
    user: smtp.user,
    password: smtp.password?.reveal() ?? null,
    tokens: smtp.oauth === null ? null : tokensFor(smtp.oauth),
    ca: smtp.ca,
    name: address.slice(address.lastIndexOf('@') + 1),
    insecureAllowed: smtp.allowInsecure,
  }
}
