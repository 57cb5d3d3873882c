/** Polish: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const polish: MailLanguage = {
  code: 'pl',
  wrote: 'napisał | napisała | napisana | pisze | napisał(a',
  on: 'dnia | w dniu | w',
  days: 'pon | wt | śr | czw | pt. | sob | niedz',
  labels: {
    from: 'od | nadawca | nadawca wiadomości',
    date: 'data | wysłano | wysłane | data wysłania',
    to: 'do | odbiorca | adresat',
    cc: 'dw | udw | kopia | kopia do',
    subject: 'temat',
    reply: 'odpowiedz do | załączniki',
  },
  originalMessage: 'wiadomość oryginalna | oryginalna wiadomość',
  forwardedMessage: `
    wiadomość przekazana | przekazana wiadomość | treść przekazanej wiadomości | początek
    przekazywanej wiadomości | przekierowywany list od
  `,
  forwardedEnd: 'koniec przekierowywanego listu',
  sentFrom: 'wysłane z | wysłano z | pobierz outlook',
  replyPrefixes: 'odp',
  forwardPrefixes: 'pd | przekaz',
  automatic: {
    subjects: 'odpowiedź automatyczna | automatyczna odpowiedź | autoodpowiedź',
    sayings: 'jestem na urlopie',
    singleWords: 'nieobecność | nieobecny',
    inText: 'jestem nieobecn | na urlopie | odpowiedź automatyczna',
  },
  bounce: {
    subjects: 'niedostarczon | nie dostarczono',
    statements: 'nie została dostarczona | nie można dostarczyć',
  },
  letters: 'łśżźć',
  commonWords: `
    i nie się że na jest do w z to proszę dziękuję dzień dobry czy jak ale mam moje
  `,
  courtesy: {
    thanks: `dziękuję | dzięki | dziękuję bardzo | bardzo dziękuję | dziękujemy | wielkie dzięki |
      serdecznie dziękuję`,
    filling: `za pomoc | za odpowiedź | za szybką odpowiedź | za szybką pomoc | za informację | i |
      super | świetnie | ok | dobrze | w porządku | działa | już działa | wszystko działa |
      pozdrawiam | z poważaniem | serdecznie pozdrawiam | miłego dnia | jeszcze raz`,
    greetings: `dzień dobry | witam | cześć`,
  },
}
