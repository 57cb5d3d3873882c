/** Dutch: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const dutch: MailLanguage = {
  code: 'nl',
  wrote: 'schreef | geschreven | heeft geschreven',
  on: 'op',
  days: 'ma_ | di_ | wo_ | do_ | vr_ | za_ | zo_',
  labels: {
    from: 'van | afzender',
    date: 'datum | verzonden | verzonden op | verstuurd | verstuurd op',
    to: 'aan | voor | ontvanger',
    cc: 'kopie',
    subject: 'onderwerp | onderwerp van | titel',
    reply: 'antwoord aan | bijlagen',
  },
  originalMessage: 'oorspronkelijk bericht | origineel bericht',
  forwardedMessage: 'doorgestuurd bericht | begin doorgestuurd bericht',
  sentFrom: `
    verzonden met | verzonden vanaf | verzonden via | verstuurd vanaf | verstuurd met | verzonden
    vanuit | download outlook | outlook voor
  `,
  replyPrefixes: 'antw',
  forwardPrefixes: 'doorst | doorgestuurd',
  automatic: {
    subjects: `
      automatisch antwoord | automatische beantwoording | afwezigheidsbericht |
      afwezigheidsmelding
    `,
    sayings: 'ik ben afwezig | ik ben met vakantie',
    singleWords: 'afwezig | afwezigheid',
    inText: 'ik ben afwezig | niet op kantoor | automatisch antwoord',
  },
  bounce: {
    subjects: 'onbestelbaar | niet bezorgd',
    statements: 'kon niet worden bezorgd | niet worden afgeleverd',
  },
  commonWords: `
    de het een en is niet ik u voor met dat van op bedankt kan hebben we maar ook naar deze
  `,
  courtesy: {
    thanks: `bedankt | dank u | dank je | dank u wel | dank je wel | dankjewel | hartelijk dank |
      heel erg bedankt | dank | alvast bedankt | veel dank`,
    filling: `voor uw hulp | voor je hulp | voor de hulp | voor uw antwoord | voor het snelle antwoord |
      voor de snelle reactie | voor de reactie | en | perfect | prima | top | super | ok | oké |
      goed | het werkt | het werkt nu | met vriendelijke groet | met vriendelijke groeten |
      groet | groeten | mvg | fijne dag | nog een fijne dag | prettig weekend | nogmaals`,
    greetings: `hallo | beste | hoi | goedemorgen | goedemiddag | geachte`,
  },
}
