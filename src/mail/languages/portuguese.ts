/** Portuguese: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const portuguese: MailLanguage = {
  code: 'pt',
  wrote: 'escreveu | escreveu-nos',
  on: 'em | no dia | a',
  days: 'seg | ter | qua | qui | sex | sáb | dom',
  labels: {
    from: 'de | da | remetente',
    date: 'data | enviado | enviado em | enviada em | enviada | data de envio',
    to: 'para | destinatário',
    cc: 'cópia | cópia oculta | cópia para',
    subject: 'assunto',
    reply: 'responder a | responder para | anexos',
  },
  originalMessage: 'mensagem original | mensagem de origem',
  forwardedMessage: `
    mensagem encaminhada | mensagem reencaminhada | início da mensagem encaminhada | início da
    mensagem reencaminhada | mensagem reenviada
  `,
  sentFrom: `
    enviado do | enviado via | enviado a partir | enviado pelo | obter o outlook | baixe o outlook
  `,
  replyPrefixes: 're | res',
  forwardPrefixes: 'enc | reencaminhada',
  automatic: {
    subjects: `
      resposta automática | resposta automatica | fora do escritório | fora do escritorio |
      ausência temporária | mensagem de ausência
    `,
    sayings: 'estou de férias',
    singleWords: 'ausente | ausência',
    inText: 'fora do escritório | estou de férias | resposta automática',
  },
  bounce: {
    subjects: 'não entregue | devolvid',
    statements: 'não pôde ser entregue | não foi possível entregar',
  },
  letters: 'ãõ',
  commonWords: `
    o os não que para com uma você obrigado olá por está meu minha em se são mais como isso
  `,
  courtesy: {
    thanks: `obrigado | obrigada | muito obrigado | muito obrigada | obrigadão | valeu | agradeço |
      agradecido | agradecida | grato | grata`,
    filling: `pela ajuda | pela sua ajuda | pela resposta | pela atenção | pelo retorno | pela rapidez |
      e | perfeito | ótimo | ok | certo | tudo certo | funcionou | está funcionando |
      atenciosamente | abraço | abraços | cumprimentos | com os melhores cumprimentos | bom dia |
      boa tarde | bom fim de semana | novamente`,
    greetings: `olá | oi | prezado | prezada | caro | cara`,
  },
}
