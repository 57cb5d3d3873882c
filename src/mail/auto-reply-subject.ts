/**
 * Subjects of absence notes and other automatic replies. What responders alone write decides by
 * itself; words that people use too count only together with a second sign, because an automatic
 * reply is hidden and a customer's mail must not be.
 */
import type { Message } from './message.ts'
import { isReplySubject, subjectTag } from './subject.ts'

const phrases = (list: string): readonly string[] =>
  list.split('|').map((phrase) => phrase.trim().replace(/\s+/g, ' '))

/** Lower case; followed by a colon, a dash or nothing. "Automatic reply does not work" is a person. */
const DECISIVE =
  phrases(`auto-reply | autoreply | auto reply | automatic reply | automated reply | automated response | automatic response | auto response | auto-response | autoresponse | autoresponder | auto-responder | out of office | out of the office | out-of-office | out of office reply | out of office autoreply | out of office auto-reply | out of office message | out of office notification | ooo | vacation reply | vacation response | vacation message | vacation auto-reply | vacation autoreply | away message | absence notification |
  automatische antwort | automatische abwesenheitsnotiz | abwesenheitsnotiz | abwesenheitsassistent | abwesenheitsmeldung | abwesenheitsnachricht | abwesenheitsbenachrichtigung | abwesenheitsinfo | autoantwort | automatische antwortmail | automatische eingangsbestätigung |
  réponse automatique | réponse auto | absence du bureau | absent du bureau | message d'absence | message d’absence | notification d'absence | notification d’absence | avis d'absence |
  respuesta automática | respuesta automatica | fuera de la oficina | fuera de oficina | ausencia de la oficina | resposta automàtica | risposta automatica | fuori ufficio | messaggio di assenza |
  resposta automática | resposta automatica | fora do escritório | fora do escritorio | ausência temporária | mensagem de ausência | automatisch antwoord | automatische beantwoording | afwezigheidsbericht | afwezigheidsmelding | automatiskt svar | autosvar | frånvaromeddelande | automatisk svar | fraværsbesked | fraværsmelding |
  automaattinen vastaus | poissaoloviesti | odpowiedź automatyczna | automatyczna odpowiedź | autoodpowiedź | automatická odpověď | automatická odpoveď | automatikus válasz | házon kívül | răspuns automat | otomatik yanıt | ofis dışında |
  автоматический ответ | автоответ | автоматична відповідь | автоматичен отговор | αυτόματη απάντηση | εκτός γραφείου | automatski odgovor | samodejni odgovor | automatinis atsakymas | automātiskā atbilde | automaatvastus |
  自动回复 | 自動回覆 | 自动答复 | 自動返信 | 自動応答 | 不在通知 | 자동 회신 | 자동회신 | 자동응답 | 부재중 알림 | رد تلقائي | מענה אוטומטי | תשובה אוטומטית | balasan otomatis | trả lời tự động`)

/** Said by responders, sometimes by people. */
const TELLING =
  phrases(`i am out of | i'm out of | i’m out of | i am away | i'm away | i am currently out | i'm currently out | i am currently on | i am currently away | i'm currently away | currently out of | currently away | away from my | on vacation | on holiday | on annual leave | on leave | no longer with | no longer at | thank you for your email | thank you for your e-mail | thank you for your message | thank you for contacting us | we have received your | we've received your | your request has been received | ticket received |
  ich bin nicht im | ich bin im urlaub | nicht im büro | im urlaub | je suis absent | je suis en congé | estoy fuera de la | estoy de vacaciones | sono in ferie | sono fuori ufficio | estou de férias | ik ben afwezig | ik ben met vakantie | ikke til stede | en ole paikalla | jestem na urlopie | mimo kancelář | нет на месте | я в отпуске | 不在 | 부재중`)

/** Single words; they count only where no other word goes on with them. */
const TELLING_WORDS = phrases(
  `auto | away | vacation | absence | absent | abwesenheit | abwesend | urlaub | eingangsbestätigung | ausente | ausencia | fuori sede | assente | assenza | ausência | afwezig | afwezigheid | frånvaro | fraværende | fravær | poissa | nieobecność | nieobecny`,
)

/** With a name before it. */
const TELLING_ANYWHERE = phrases(
  'is out of the office | is out of office | will be out of the office',
)

/** How the text of an absence note begins, in the languages seen most. */
const IN_TEXT =
  phrases(`out of the office | out of office | automatic reply | automated reply | automated response | automatic response | automatically generated | auto-reply | limited access to | i am on vacation | i'm on vacation | i am on leave | on annual leave | i am currently away | i am away | i will be back | i will return | has left the company | no longer works | we have received your |
  nicht im büro | derzeit abwesend | nicht erreichbar | ich bin im urlaub | bin ich im urlaub | wieder erreichbar | automatische antwort | automatisch generiert | automatisch erstellt | ihre anfrage ist bei uns eingegangen |
  je suis absent | actuellement absent | je suis en congé | réponse automatique | fuera de la oficina | estoy de vacaciones | respuesta automática | fuori ufficio | sono in ferie | risposta automatica | fora do escritório | estou de férias | resposta automática |
  ik ben afwezig | niet op kantoor | automatisch antwoord | inte på kontoret | jag har semester | automatiskt svar | ikke på kontoret | automatisk svar | en ole paikalla | jestem nieobecn | na urlopie | odpowiedź automatyczna | я в отпуске | меня нет на месте | автоматический ответ | 不在にして | 自動返信 | 自动回复 | 자동 회신`)

/** Marks that gateways and lists put in front. */
const TAGS = /^(?:\[[^\]]{1,40}\]\s*){1,5}/
const BRACKETED = /[([【]([^()[\]【】]{2,60})[)\]】]/g
/** Nothing, a colon or a dash: the phrase is all that was said, what follows is what it answers. */
const ENDS = /^\s{0,3}(?:[!.]{0,3}$|[:：]|[-–—|]\s)/
/** ... or a date: "until May 5", "vom 3. bis 5." */
const ENDS_OR_DATE = /^\s{0,3}(?:[!.]{0,3}$|[:：,(]|[-–—|]\s|(?:\p{L}{1,9}['’. ]{1,2}){0,3}\d)/u
const SUBJECT_LENGTH_MAX = 300
/** Characters and lines of the text that a responder needs to say what it is. */
const TEXT_LENGTH_MAX = 1_000
const TEXT_LINES_MAX = 6

type Asked = Pick<Message, 'subject' | 'inReplyTo' | 'references' | 'text'>

/** Why the subject is that of an automatic reply, or null. Only asked when no header decides. */
export function autoReplySubjectOf(message: Asked): string | null {
  const whole = (message.subject ?? '').slice(0, SUBJECT_LENGTH_MAX).toLowerCase().trim()
  const isAnswer = isReplySubject(whole)
  const bracketed = [...whole.matchAll(BRACKETED)].some(([, inner = '']) =>
    DECISIVE.includes(inner.trim()),
  )
  if (bracketed && (!isAnswer || saysSo(message))) return 'the subject is marked as automatic reply'
  const own = whole.replace(TAGS, '')
  // A client puts "Re:" before it when a person answers an absence note.
  if (isAnswer || isReplySubject(own)) return null
  if (restAfter(own, DECISIVE).some((rest) => ENDS.test(rest))) {
    return 'the subject is that of an automatic reply'
  }
  const telling = [
    ...restAfter(own, [...DECISIVE, ...TELLING]).filter((rest) => !continuesWord(rest)),
    ...restAfter(own, TELLING_WORDS).filter((rest) => ENDS_OR_DATE.test(rest)),
  ]
  if (telling.length === 0 && !TELLING_ANYWHERE.some((phrase) => own.includes(phrase))) return null
  const answers = message.inReplyTo.length > 0 || message.references.length > 0
  return answers || telling.some(namesAnswered) || saysSo(message)
    ? 'subject and circumstances are those of an automatic reply'
    : null
}

function restAfter(subject: string, starts: readonly string[]): string[] {
  return starts.flatMap((start) => (subject.startsWith(start) ? [subject.slice(start.length)] : []))
}

/** "Oooh" does not begin with "ooo". Languages without spaces go on at once. */
const continuesWord = (rest: string): boolean =>
  /^[\p{L}\p{N}]/u.test(rest) &&
  !/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(rest)

/** Behind the colon stands the subject that is answered: with "Re:", or with a tag of ours. */
function namesAnswered(rest: string): boolean {
  const colon = /^\s{0,3}[:：]\s{0,5}/.exec(rest)
  if (colon === null) return false
  const answered = rest.slice(colon[0].length)
  return isReplySubject(answered) || subjectTag(answered) !== null
}

function saysSo({ text }: Pick<Message, 'text'>): boolean {
  const beginning = text.reply
    .slice(0, TEXT_LENGTH_MAX)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, TEXT_LINES_MAX)
    .join(' ')
    .toLowerCase()
  return IN_TEXT.some((phrase) => beginning.includes(phrase))
}
