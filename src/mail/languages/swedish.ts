/** Swedish: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const swedish: MailLanguage = {
  code: 'sv',
  wrote: 'skrev',
  on: 'den',
  days: 'mån | tis | ons | tor | fre | lör | sön',
  labels: {
    from: 'från | avsändare',
    date: 'datum | skickat | skickat den | skickades | kl',
    to: 'till | mottagare | för',
    cc: 'kopia',
    subject: 'ämne | ämnesrad | objekt',
    reply: 'svara till',
  },
  originalMessage: 'ursprungligt meddelande | originalmeddelande | ursprungligt mejl',
  forwardedMessage: `
    vidarebefordrat meddelande | vidarebefordrat mejl | vidarebefordrat brev | början på
    vidarebefordrat
  `,
  sentFrom: 'skickat från | skaffa outlook | hämta outlook',
  replyPrefixes: 'sv',
  forwardPrefixes: 'vb | vidb | vidarebefordrat',
  automatic: {
    subjects: 'automatiskt svar | autosvar | frånvaromeddelande',
    singleWords: 'frånvaro',
    inText: 'inte på kontoret | jag har semester | automatiskt svar',
  },
  bounce: {
    subjects: 'inte leverera | gick inte att leverera',
    statements: 'kunde inte levereras',
  },
  letters: 'åä',
  commonWords: 'och att det är inte jag en för med som på av har kan hej tack vi till den om',
  courtesy: {
    thanks: `tack | tack så mycket | tusen tack | stort tack | många tack`,
    filling: `för hjälpen | för svaret | för snabbt svar | för det snabba svaret | och | perfekt |
      toppen | bra | ok | det fungerar | nu fungerar det | med vänliga hälsningar |
      vänliga hälsningar | mvh | hälsningar | ha en bra dag | trevlig helg | igen`,
    greetings: `hej | hejsan`,
  },
}
