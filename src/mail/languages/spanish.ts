/** Spanish: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const spanish: MailLanguage = {
  code: 'es',
  wrote: 'escribió | escribio | escribiste | escribiu | escribí',
  on: 'el | el día | el el | en | de',
  days: 'lun | mar | mié | jue | vie | sáb | dom',
  labels: {
    from: 'de | remitente | remitente original',
    date: 'fecha | enviado | enviado el | enviada | fecha de envío',
    to: 'para | a | para quien | destinatario | destinatarios | a la atención de',
    cc: 'copia',
    subject: 'asunto | asunto del mensaje | titulo',
    reply: 'responder a | datos adjuntos',
  },
  originalMessage: 'mensaje original | mensaje origen',
  forwardedMessage: 'mensaje reenviado | inicio del mensaje reenviado | mensaje transferido',
  sentFrom: `
    enviado desde | enviado con | enviado de | obtener outlook | descargar outlook
  `,
  replyPrefixes: 're | resp | rta',
  forwardPrefixes: 'rv | rvd | reenv',
  automatic: {
    subjects: `
      respuesta automática | respuesta automatica | fuera de la oficina | fuera de oficina |
      ausencia de la oficina
    `,
    sayings: 'estoy fuera de la | estoy de vacaciones',
    singleWords: 'ausente | ausencia',
    inText: 'fuera de la oficina | estoy de vacaciones | respuesta automática',
  },
  bounce: {
    subjects: 'no se puede entregar | no entregado | devuelto',
    statements: 'no se pudo entregar | no se ha podido entregar',
  },
  letters: 'ñ¿¡',
  commonWords: `
    el los las y es no que por para con una está gracias hola pero como puede mi se lo del
  `,
  courtesy: {
    thanks: `gracias | muchas gracias | mil gracias | muchísimas gracias | gracias de nuevo |
      se lo agradezco | te lo agradezco`,
    filling: `por su ayuda | por tu ayuda | por la ayuda | por su respuesta | por la respuesta |
      por la rápida respuesta | y | perfecto | genial | ok | vale | de acuerdo | muy bien |
      todo bien | ya funciona | funciona | saludos | un saludo | saludos cordiales | buen día |
      feliz día | atentamente | a usted`,
    greetings: `hola | buenos días | buenas tardes | estimado | estimada`,
  },
}
