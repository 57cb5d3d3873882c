/** Norwegian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const norwegian: MailLanguage = {
  code: 'nb',
  wrote: 'skrev | skreiv',
  on: 'den',
  days: 'man | tir | ons | tor | fre | lør | søn',
  labels: {
    from: 'fra | frå | avsender',
    date: 'dato | sendt',
    to: 'til | mottaker',
    cc: 'kopi',
    subject: 'emne',
  },
  originalMessage: 'opprinnelig melding | opphavleg melding',
  forwardedMessage: 'videresendt melding | start på videresendt melding | vidaresendt melding',
  sentFrom: 'sendt fra | sendt frå | hent outlook | skaff deg outlook',
  replyPrefixes: 'sv',
  forwardPrefixes: 'vs',
  automatic: {
    subjects: 'automatisk svar | autosvar | fraværsmelding',
    sayings: 'ikke til stede',
    singleWords: 'fravær',
    inText: 'ikke på kontoret | automatisk svar',
  },
  bounce: {
    subjects: 'ikke levert | kan ikke leveres',
    statements: 'kunne ikke leveres',
  },
  letters: 'æø',
  commonWords: 'og at det er ikke jeg en for med som på av har kan hei takk vi til den om',
  courtesy: {
    thanks: `takk | tusen takk | mange takk | hjertelig takk`,
    filling: `for hjelpen | for svaret | for raskt svar | og | perfekt | supert | flott | bra | ok |
      det fungerer | det virker | med vennlig hilsen | vennlig hilsen | mvh | hilsen |
      ha en fin dag | god helg | igjen`,
    greetings: `hei | kjære`,
  },
}
