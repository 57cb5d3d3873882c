/** OpenSMTPD and the DragonFly Mail Agent. */
import type { BounceSystem } from './bounce-system.ts'

export const opensmtpd: BounceSystem = {
  name: 'OpenSMTPD',
  marks: 'this is the mailer-daemon, please do not reply | dragonfly mail agent',
  subjects: 'delivery status notification',
  statements: `
    error while attempting to deliver | error delivering | an error occurred while | list of
    recipients
  `,
  original: 'below is a copy | message headers follow',
}
