/** What the suites with real mail servers need, and what their names say when it is missing. */
export const MAIL_SERVER_PACKAGES = [
  'dovecot-imapd',
  'dovecot-lmtpd',
  'exim4-daemon-light',
] as const

export const SKIPPED_WITHOUT_SERVERS = '(needs Dovecot and Exim)'
