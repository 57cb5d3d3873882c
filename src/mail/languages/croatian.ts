/** Croatian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const croatian: MailLanguage = {
  code: 'hr',
  wrote: 'napisao | napisala | je napisao',
  on: 'dana | u | na',
  labels: {
    from: 'od | pošiljatelj | šalje',
    date: 'datum | poslano | datum slanja',
    to: 'za | prima | primatelj',
    cc: 'kopija',
    subject: 'naslov | predmet',
  },
  originalMessage: 'izvorna poruka',
  forwardedMessage: `
    proslijeđena poruka | proslijeđena | proslijedjena | započni proslijeđenu poruku
  `,
  sentFrom: 'poslano s',
  replyPrefixes: 'odg',
  forwardPrefixes: 'prosl',
  automatic: {
    subjects: 'automatski odgovor',
  },
  letters: 'đčć',
  commonWords: `
    i je da se na nije za što sam su hvala molim dobar dan kako ali imam moj biti
  `,
}
