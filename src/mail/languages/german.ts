/** German: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const german: MailLanguage = {
  code: 'de',
  wrote: 'schrieb | geschrieben',
  on: 'am | um | den',
  days: 'mo. | di. | mi. | do. | fr. | sa. | so.',
  labels: {
    from: 'von | absender',
    date: 'datum | gesendet | gesendet am',
    to: 'an | für | für wen | empfänger',
    cc: 'kopie | kopie an',
    subject: 'betreff | betr',
    reply: 'antwort an | anlagen | wichtigkeit',
  },
  originalMessage: 'originalnachricht | ursprüngliche nachricht | original-nachricht',
  forwardedMessage: 'weitergeleitete nachricht | anfang der weitergeleiteten | weitergeleitet von',
  forwardedEnd: 'ende weitergeleitete nachricht | ende der weitergeleiteten nachricht',
  sentFrom: `
    von meinem | von unterwegs | gesendet von | gesendet mit | gesendet aus | diese nachricht
    wurde von mein | holen sie sich outlook | outlook für
  `,
  replyPrefixes: 'aw | antw | antwort',
  forwardPrefixes: 'wg | weitergeleitet | weitergel',
  automatic: {
    subjects: `
      automatische antwort | automatische abwesenheitsnotiz | abwesenheitsnotiz |
      abwesenheitsassistent | abwesenheitsmeldung | abwesenheitsnachricht |
      abwesenheitsbenachrichtigung | abwesenheitsinfo | autoantwort | automatische antwortmail |
      automatische eingangsbestätigung
    `,
    sayings: 'ich bin nicht im | ich bin im urlaub | nicht im büro | im urlaub',
    singleWords: 'abwesenheit | abwesend | urlaub | eingangsbestätigung',
    inText: `
      nicht im büro | derzeit abwesend | nicht erreichbar | ich bin im urlaub | bin ich im urlaub
      | wieder erreichbar | automatische antwort | automatisch generiert | automatisch erstellt |
      ihre anfrage ist bei uns eingegangen
    `,
  },
  bounce: {
    subjects: 'unzustellbar | nicht zugestellt | zustellung fehlgeschlagen',
    statements:
      'unzustellbar | nicht zugestellt | konnte nicht | fehler bei der nachrichtenzustellung',
  },
  letters: 'ß',
  commonWords: `
    der die das und ist nicht ich sie wir ein eine für mit auf bitte danke haben kann wie auch
  `,
  courtesy: {
    thanks: `danke | dankeschön | danke schön | danke sehr | vielen dank | besten dank |
      herzlichen dank | tausend dank | lieben dank | ich danke ihnen | ich danke dir | merci`,
    filling: `für ihre hilfe | für deine hilfe | für die hilfe | für die schnelle hilfe |
      für die schnelle antwort | für ihre schnelle antwort | für die antwort | für ihre antwort |
      für die info | für die rückmeldung | für ihre rückmeldung | sehr | und | super | perfekt |
      prima | toll | ok | okay | alles klar | passt | hat geklappt | es hat geklappt |
      es klappt | es funktioniert | es funktioniert jetzt | funktioniert | funktioniert jetzt |
      jetzt geht es | es geht wieder | mit freundlichen grüßen | freundliche grüße |
      viele grüße | liebe grüße | beste grüße | schöne grüße | mfg | vg | lg | gruß |
      schönen tag | einen schönen tag | schönen tag noch | schönes wochenende | nochmals |
      noch einmal`,
    greetings: `hallo | guten tag | guten morgen | liebe | lieber | sehr geehrte frau |
      sehr geehrter herr | hi | moin`,
  },
}
