/** Hebrew: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const hebrew: MailLanguage = {
  code: 'he',
  wrote: 'כתב | כתבה | מאת',
  on: 'ב | בתאריך',
  labels: {
    from: 'מאת | אל מאת',
    date: 'תאריך | נשלח',
    to: 'אל | נמען',
    cc: 'עותק',
    subject: 'נושא',
  },
  originalMessage: 'הודעה מקורית',
  forwardedMessage: 'הודעה שהועברה',
  sentFrom: 'נשלח מ',
  replyPrefixes: 'השב | רד | תגובה',
  forwardPrefixes: 'הועבר',
  automatic: {
    subjects: 'מענה אוטומטי | תשובה אוטומטית',
  },
}
