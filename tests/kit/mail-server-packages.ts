/** What the suites with real mail servers need, and what their names say when it is missing. */
export const MAIL_SERVER_PACKAGES = [
  'dovecot-imapd',
  'dovecot-lmtpd',
  'exim4-daemon-light',
  'mutt',
  's-nail',
] as const

export const SKIPPED_WITHOUT_SERVERS = '(needs Dovecot, Exim, mutt and s-nail)'
