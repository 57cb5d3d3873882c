/** Danish: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const danish: MailLanguage = {
  code: 'da',
  wrote: 'skrev',
  on: 'den',
  days: 'man | tirs | ons | tors | fre | lør | søn',
  labels: {
    from: 'fra | afsender',
    date: 'dato | sendt | tidspunkt',
    to: 'til | modtager',
    cc: 'kopi',
    subject: 'emne',
    reply: 'svar til',
  },
  originalMessage: 'oprindelig meddelelse | oprindelig besked | original meddelelse',
  forwardedMessage: 'videresendt besked | videresendt meddelelse | start på videresendt besked',
  forwardedEnd: 'slut på videresendt besked',
  sentFrom: 'sendt fra | hent outlook',
  replyPrefixes: 'sv | svar',
  forwardPrefixes: 'vs | videresend | videresendt',
  automatic: {
    subjects: 'automatisk svar | autosvar | fraværsbesked',
    sayings: 'ikke til stede',
    singleWords: 'fraværende',
    inText: 'ikke på kontoret | automatisk svar',
  },
  bounce: {
    subjects: 'ikke leveret | kunne ikke leveres',
    statements: 'kunne ikke leveres',
  },
  letters: 'æø',
  commonWords: 'og at det er ikke jeg en for med som på af har kan hej tak vi til den der',
  courtesy: {
    thanks: `tak | mange tak | tusind tak`,
    filling: `for hjælpen | for svaret | for det hurtige svar | og | perfekt | super | fint | ok |
      det virker | nu virker det | med venlig hilsen | venlig hilsen | mvh | hilsen | god dag |
      god weekend | igen`,
    greetings: `hej | kære`,
  },
}
