/** French: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const french: MailLanguage = {
  code: 'fr',
  wrote: 'a écrit | écrivait | a ecrit',
  on: 'le | en date du',
  days: 'lun | mar | mer | jeu | ven | sam | dim',
  labels: {
    from: 'de | expéditeur',
    date: "envoyé | envoye | envoyé le | message du | date d'envoi",
    to: 'à | a | pour | destinataire | destinataires',
    cc: 'copie | copie à | copie carbon | cci',
    subject: 'objet | sujet',
    reply: 'répondre à | pièces jointes',
  },
  originalMessage: `
    message d'origine | message d’origine | message original | message initial | message transféré
  `,
  forwardedMessage: `
    message transféré | début du message transféré | début du message réexpédié | message transmis
    | début de message | message réexpédié
  `,
  forwardedEnd: 'fin du message transféré',
  sentFrom: `
    envoyé de | envoyé depuis | envoyé à partir | envoye de | envoyée depuis | obtenez outlook |
    télécharger outlook
  `,
  replyPrefixes: 're | rép | rep | réf | tr | re-tr',
  forwardPrefixes: 'tr | trs',
  automatic: {
    subjects: `
      réponse automatique | réponse auto | absence du bureau | absent du bureau | message
      d'absence | message d’absence | notification d'absence | notification d’absence | avis
      d'absence
    `,
    sayings: 'je suis absent | je suis en congé',
    singleWords: 'absence | absent',
    inText: `
      je suis absent | actuellement absent | je suis en congé | réponse automatique
    `,
  },
  bounce: {
    subjects: 'non remis | échec de la remise | échec de la livraison',
    statements: "n'a pas pu être | n’a pas pu être | non remis",
  },
  letters: 'çêèœ',
  commonWords: `
    le la les et est pas je vous nous une des pour avec sur merci bonjour dans que qui ce mon
  `,
  courtesy: {
    thanks: `merci | merci beaucoup | merci bien | mille mercis | un grand merci | je vous remercie |
      merci infiniment`,
    filling: `pour votre aide | pour votre réponse | pour votre réponse rapide | pour l'aide |
      pour l'info | et | très bien | parfait | super | génial | ok | d'accord | c'est parfait |
      ça marche | cela fonctionne | ça fonctionne | tout fonctionne | cordialement |
      bien cordialement | bien à vous | bonne journée | bon week-end | bonne soirée | à vous |
      encore`,
    greetings: `bonjour | bonsoir | salut | cher | chère`,
  },
}
