/** Serbian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const serbian: MailLanguage = {
  code: 'sr',
  wrote: 'написао | написала | је написао | napisao | napisala',
  on: 'дана | у',
  labels: {
    from: 'од | šalje | пошиљалац',
    date: 'датум | послато | poslato | datum',
    to: 'за | прималац | za',
    cc: 'копија',
    subject: 'наслов | naslov | predmet',
  },
  originalMessage: 'оригинална порука | originalna poruka',
  forwardedMessage: 'прослеђена порука | преслано писмо | prosleđena poruka',
  sentFrom: 'послато са | poslato sa',
  replyPrefixes: 'одг',
  forwardPrefixes: 'просл',
  automatic: {
    subjects: 'аутоматски одговор | automatski odgovor',
  },
  letters: 'јљњћђџ',
  commonWords: `
    и у не на да сам је са то како али ви ми за од се хвала молим добар дан има
  `,
}
