/** Italian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const italian: MailLanguage = {
  code: 'it',
  wrote: 'ha scritto | scrive',
  on: 'il | il giorno | data',
  days: 'lun | mar | mer | gio | ven | sab | dom',
  labels: {
    from: 'da | mittente',
    date: 'data | inviato | inviata | data invio | inviato il',
    to: 'a | al | per | destinatario | destinatari',
    cc: 'copia',
    subject: 'oggetto',
    reply: 'risposta | rispondi a | allegati',
  },
  originalMessage: 'messaggio originale | originale',
  forwardedMessage: `
    messaggio inoltrato | messaggio reindirizzato | inizio messaggio inoltrato | inizio del
    messaggio inoltrato
  `,
  sentFrom: 'inviato da | inviato dal | ottieni outlook | scarica outlook',
  replyPrefixes: 'r | rif',
  forwardPrefixes: 'i | inoltra | inoltrato',
  automatic: {
    subjects: 'risposta automatica | fuori ufficio | messaggio di assenza',
    sayings: 'sono in ferie | sono fuori ufficio',
    singleWords: 'fuori sede | assente | assenza',
    inText: 'fuori ufficio | sono in ferie | risposta automatica',
  },
  bounce: {
    subjects: 'mancata consegna | mancato recapito | impossibile recapitare',
    statements: 'impossibile recapitare | non è stato possibile recapitare',
  },
  commonWords: `
    il che di non è per una con sono grazie della ciao buongiorno gli mi ho questo nel alla
  `,
  courtesy: {
    thanks: `grazie | grazie mille | molte grazie | tante grazie | grazie ancora | la ringrazio |
      ti ringrazio | vi ringrazio`,
    filling: `per l'aiuto | per il suo aiuto | per il vostro aiuto | per la risposta |
      per la rapida risposta | e | perfetto | ottimo | ok | va bene | benissimo | tutto bene |
      funziona | ora funziona | cordiali saluti | distinti saluti | saluti | buona giornata |
      buon weekend | a voi | a lei`,
    greetings: `ciao | buongiorno | buonasera | salve | gentile`,
  },
}
