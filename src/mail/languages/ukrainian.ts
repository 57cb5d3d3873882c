/** Ukrainian: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const ukrainian: MailLanguage = {
  code: 'uk',
  wrote: 'пише | написав | написала',
  on: 'у | в',
  days: 'пн | вт | ср | чт | пт | сб | нд | понеді',
  labels: {
    from: 'від | від кого | відправник',
    date: 'дата | надіслано | відправлено',
    to: 'кому | одержувач',
    cc: 'копія',
    subject: 'тема',
  },
  originalMessage: 'вихідне повідомлення',
  forwardedMessage: `
    переслане повідомлення | переслане | переслано | пересилання | початок листа, що пересилається
    | початок переспрямованого повідомлення
  `,
  sentFrom: 'надіслано з',
  forwardPrefixes: 'переслано',
  automatic: {
    subjects: 'автоматична відповідь',
  },
  bounce: {
    subjects: 'не доставлен',
    statements: 'не вдалося доставити',
  },
  letters: 'іїєґ',
  commonWords: `
    і в не на що я з це як по але ви ми за від ж би був для якщо дякую доброго дня будь ласка є та
  `,
  courtesy: {
    thanks: `дякую | щиро дякую | дуже дякую | дякуємо | спасибі`,
    filling: `за допомогу | за відповідь | за швидку відповідь | і | та | чудово | добре | ок |
      зрозуміло | все працює | працює | з повагою | гарного дня | ще раз | вам`,
    greetings: `добрий день | вітаю | привіт`,
  },
}
