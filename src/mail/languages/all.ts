/**
 * Every language we read, the commonest first: where two claim the same word, the order decides
 * nothing but the speed. A new language is a file beside this one, a line here and a test.
 */
import { albanian } from './albanian.ts'
import { arabic } from './arabic.ts'
import { basque } from './basque.ts'
import { belarusian } from './belarusian.ts'
import { bulgarian } from './bulgarian.ts'
import { catalan } from './catalan.ts'
import { chinese } from './chinese.ts'
import { croatian } from './croatian.ts'
import { czech } from './czech.ts'
import { danish } from './danish.ts'
import { dutch } from './dutch.ts'
import { english } from './english.ts'
import { estonian } from './estonian.ts'
import { finnish } from './finnish.ts'
import { french } from './french.ts'
import { galician } from './galician.ts'
import { german } from './german.ts'
import { greek } from './greek.ts'
import { hebrew } from './hebrew.ts'
import { hindi } from './hindi.ts'
import { hungarian } from './hungarian.ts'
import { icelandic } from './icelandic.ts'
import { indonesian } from './indonesian.ts'
import { italian } from './italian.ts'
import { japanese } from './japanese.ts'
import { korean } from './korean.ts'
import { latvian } from './latvian.ts'
import { lithuanian } from './lithuanian.ts'
import { norwegian } from './norwegian.ts'
import { persian } from './persian.ts'
import { polish } from './polish.ts'
import { portuguese } from './portuguese.ts'
import { romanian } from './romanian.ts'
import { russian } from './russian.ts'
import { serbian } from './serbian.ts'
import { slovak } from './slovak.ts'
import { slovenian } from './slovenian.ts'
import { spanish } from './spanish.ts'
import { swedish } from './swedish.ts'
import { thai } from './thai.ts'
import { turkish } from './turkish.ts'
import { ukrainian } from './ukrainian.ts'
import { vietnamese } from './vietnamese.ts'
import type { MailLanguage } from './mail-language.ts'

export const LANGUAGES: readonly MailLanguage[] = [
  english,
  german,
  french,
  spanish,
  portuguese,
  italian,
  dutch,
  swedish,
  danish,
  norwegian,
  finnish,
  polish,
  czech,
  slovak,
  croatian,
  slovenian,
  serbian,
  hungarian,
  romanian,
  russian,
  ukrainian,
  belarusian,
  bulgarian,
  greek,
  turkish,
  hebrew,
  arabic,
  persian,
  chinese,
  japanese,
  korean,
  indonesian,
  vietnamese,
  thai,
  hindi,
  estonian,
  latvian,
  lithuanian,
  catalan,
  galician,
  basque,
  albanian,
  icelandic,
]
