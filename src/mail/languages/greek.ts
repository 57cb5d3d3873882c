/** Greek: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const greek: MailLanguage = {
  code: 'el',
  wrote: 'έγραψε',
  on: 'στις | στην',
  labels: {
    from: 'από | αποστολέας',
    date: 'ημερομηνία | στάλθηκε | απεσταλμένα | αποστολή | ημ/νία',
    to: 'προς | παραλήπτης',
    cc: 'κοιν | κοινοποίηση',
    subject: 'θέμα',
  },
  originalMessage: 'αρχικό μήνυμα',
  forwardedMessage: 'προωθημένο μήνυμα | έναρξη προωθημένου',
  sentFrom: 'εστάλη από | στάλθηκε από',
  replyPrefixes: 'απ | bls | σχετ',
  forwardPrefixes: 'πρθ | προώθ',
  automatic: {
    subjects: 'αυτόματη απάντηση | εκτός γραφείου',
  },
  bounce: {
    subjects: 'δεν παραδόθηκε',
    statements: 'δεν ήταν δυνατή η παράδοση',
  },
  courtesy: {
    thanks: `ευχαριστώ | ευχαριστώ πολύ | σας ευχαριστώ | ευχαριστούμε`,
    filling: `για τη βοήθεια | για την απάντηση | για την άμεση απάντηση | και | τέλεια | ωραία | ok |
      λειτουργεί | με εκτίμηση | καλή σας ημέρα | και πάλι`,
    greetings: `καλημέρα | καλησπέρα | γεια σας`,
  },
}
