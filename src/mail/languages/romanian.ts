/** Romanian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const romanian: MailLanguage = {
  code: 'ro',
  wrote: 'a scris',
  on: 'în | la | pe',
  days: 'lun. | mar. | mie. | joi | vin. | sâm. | dum.',
  labels: {
    from: 'de la | expeditor | expeditorul',
    date: 'dată | data | trimis | data trimiterii | trimis la | expediat | data i ora',
    to: 'către | catre | destinatarul | pentru',
    cc: 'copie | copie la',
    subject: 'subiect | subiectul',
  },
  originalMessage: 'mesaj original | mesajul original',
  forwardedMessage: `
    mesaj redirecționat | mesaj redirectionat | începutul mesajului | începe mesajul redirecționat
  `,
  sentFrom: 'trimis de pe | trimis din',
  replyPrefixes: 'răsp',
  forwardPrefixes: 'redirecționat',
  automatic: {
    subjects: 'răspuns automat',
  },
  bounce: {
    subjects: 'nelivrat',
    statements: 'nu a putut fi livrat',
  },
  letters: 'șță',
  commonWords: 'și în nu este un o pentru cu mulțumesc bună ziua am sunt care dar mai',
  courtesy: {
    thanks: `mulțumesc | mulţumesc | multumesc | vă mulțumesc | mulțumesc mult | mulțumim | mersi`,
    filling: `pentru ajutor | pentru răspuns | pentru răspunsul rapid | și | perfect | super | ok |
      bine | funcționează | cu stimă | o zi bună | toate cele bune | încă o dată`,
    greetings: `bună ziua | bună | salut`,
  },
}
