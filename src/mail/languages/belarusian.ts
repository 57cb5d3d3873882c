/** Belarusian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const belarusian: MailLanguage = {
  code: 'be',
  wrote: 'напісаў | напісала',
  on: 'у',
  labels: {
    from: 'ад',
    date: 'дата | адпраўлена',
    to: 'каму',
    cc: 'копія',
    subject: 'тэма',
  },
  originalMessage: 'зыходнае паведамленне',
  forwardedMessage: 'перасланае паведамленне',
  letters: 'ўіыэ',
  commonWords: `
    і ў не на што я з гэта як па але вы мы за ад быў для калі дзякуй добры дзень калі ласка
  `,
}
