/** Finnish: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const finnish: MailLanguage = {
  code: 'fi',
  wrote: 'kirjoitti',
  days: 'ma_ | ti_ | ke_ | to_ | pe_ | la_ | su_',
  labels: {
    from: 'lähettäjä',
    date: 'päivämäärä | päiväys | lähetetty',
    to: 'vastaanottaja | kenelle',
    cc: 'kopio | kk',
    subject: 'aihe | otsikko',
  },
  originalMessage: 'alkuperäinen viesti',
  forwardedMessage: 'välitetty viesti | edelleenlähetetty viesti | välitetty viesti alkaa',
  forwardedEnd: 'välitetty viesti loppuu',
  sentFrom: 'lähetetty | hanki outlook',
  replyPrefixes: 'vs',
  forwardPrefixes: 'vl | välitetty',
  automatic: {
    subjects: 'automaattinen vastaus | poissaoloviesti',
    sayings: 'en ole paikalla',
    singleWords: 'poissa',
    inText: 'en ole paikalla',
  },
  bounce: {
    subjects: 'toimitus epäonnistui',
    statements: 'ei voitu toimittaa',
  },
  letters: 'ä',
  commonWords: 'ja on ei että en se ole kiitos hei voi mutta kun jos minun olen sen myös',
  courtesy: {
    thanks: `kiitos | paljon kiitoksia | suuri kiitos | kiitoksia | kiitos paljon`,
    filling: `avusta | vastauksesta | nopeasta vastauksesta | ja | hienoa | loistavaa | ok | selvä |
      toimii | nyt toimii | terveisin | ystävällisin terveisin | hyvää päivänjatkoa | vielä kerran`,
    greetings: `hei | moi | terve`,
  },
}
