/** Russian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const russian: MailLanguage = {
  code: 'ru',
  wrote: 'написал | написала | написал(а | писал | пишет | написав',
  on: 'в | от',
  days: 'пн | вт | ср | чт | пт | сб | вс | понедель',
  labels: {
    from: 'от | от кого | отправитель | кому от',
    date: 'дата | отправлено | отправлена | дата отправки | послано',
    to: 'кому | получатель',
    cc: 'копия',
    subject: 'тема',
  },
  originalMessage: 'исходное сообщение | оригинальное сообщение',
  forwardedMessage: `
    пересланное сообщение | пересылаемое сообщение | начало переадресованного сообщения | начало
    пересылаемого сообщения
  `,
  sentFrom: 'отправлено с | отправлено из',
  replyPrefixes: 'ответ | отв',
  forwardPrefixes: 'пересл | пер',
  automatic: {
    subjects: 'автоматический ответ | автоответ',
    sayings: 'нет на месте | я в отпуске',
    inText: 'я в отпуске | меня нет на месте | автоматический ответ',
  },
  bounce: {
    subjects: 'недоставлен | не доставлен',
    statements: 'не доставлено | не удалось доставить | не может быть доставлено',
  },
}
