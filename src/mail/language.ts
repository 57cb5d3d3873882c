/** The language of a text by its commonest small words and its script; null when unsure. */

/** Frequent function words that are rare in the neighbouring languages. */
const WORDS: Readonly<Record<string, string>> = {
  en: 'the and is are you your have this that with for not please we can will thanks hello was',
  de: 'der die das und ist nicht ich sie wir ein eine für mit auf bitte danke haben kann wie auch',
  fr: 'le la les et est pas je vous nous une des pour avec sur merci bonjour dans que qui ce mon',
  es: 'el los las y es no que por para con una está gracias hola pero como puede mi se lo del',
  it: 'il che di non è per una con sono grazie della ciao buongiorno gli mi ho questo nel alla',
  pt: 'o os não que para com uma você obrigado olá por está meu minha em se são mais como isso',
  nl: 'de het een en is niet ik u voor met dat van op bedankt kan hebben we maar ook naar deze',
  sv: 'och att det är inte jag en för med som på av har kan hej tack vi till den om',
  da: 'og at det er ikke jeg en for med som på af har kan hej tak vi til den der',
  nb: 'og at det er ikke jeg en for med som på av har kan hei takk vi til den om',
  pl: 'i nie się że na jest do w z to proszę dziękuję dzień dobry czy jak ale mam moje',
  cs: 'a se že je na to v s ale děkuji prosím dobrý den jsem jak nebo mám pro by',
  fi: 'ja on ei että en se ole kiitos hei voi mutta kun jos minun olen sen myös',
  tr: 've bir bu için değil ben merhaba teşekkürler ile var yok çok ama nasıl lütfen mi',
  hu: 'és a az hogy nem is egy van köszönöm kérem vagyok meg csak de ha',
  ro: 'și în nu este un o pentru cu mulțumesc bună ziua am sunt care dar mai',
}

/** Scripts that name their language by themselves. */
const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['el', /\p{Script=Greek}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['ar', /\p{Script=Arabic}/gu],
  ['th', /\p{Script=Thai}/gu],
  ['uk', /[іїєґІЇЄҐ]/g],
  ['ru', /\p{Script=Cyrillic}/gu],
  ['zh', /\p{Script=Han}/gu],
]

/** The languages of each word. */
const CODES_OF = new Map<string, string[]>()
for (const [code, list] of Object.entries(WORDS)) {
  for (const word of new Set(list.split(' '))) {
    CODES_OF.set(word, [...(CODES_OF.get(word) ?? []), code])
  }
}
const SAMPLE_LENGTH = 800
/** Beyond the Latin letters of European languages. */
const OTHER_SCRIPT = /[\u0250-\uffff]/
/** Function words seen before a guess is worth anything, and the lead it needs. */
const HITS_MIN = 3

/** BCP 47 language of the text, or null. */
export function detectLanguage(text: string): string | null {
  const sample = text.slice(0, SAMPLE_LENGTH)
  const words = sample.toLowerCase().match(/\p{L}+/gu) ?? []
  const letters = words.reduce((sum, word) => sum + word.length, 0)
  if (letters < 8) return null
  for (const [code, script] of OTHER_SCRIPT.test(sample) ? SCRIPTS : []) {
    const share = (sample.match(script)?.length ?? 0) / letters
    if (share > (code === 'uk' ? 0.02 : 0.25)) return code
  }
  const found = new Set(words)
  const hits = new Map(Object.keys(WORDS).map((code): [string, number] => [code, 0]))
  for (const word of found) {
    for (const code of CODES_OF.get(word) ?? []) hits.set(code, (hits.get(code) ?? 0) + 1)
  }
  const [best, second] = [...hits].toSorted((a, b) => b[1] - a[1])
  if (best === undefined || best[1] < HITS_MIN || best[1] / found.size < 0.1) return null
  return second !== undefined && second[1] === best[1] ? null : best[0]
}
