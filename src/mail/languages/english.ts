/** English: the words around quoted, forwarded and automatic mail. Data only. */
import type { MailLanguage } from './mail-language.ts'

export const english: MailLanguage = {
  code: 'en',
  wrote: 'wrote | writes | said | wrote：',
  on: 'on | at | the | from | date',
  days: 'mon | tue | wed | thu | fri | sat | sun',
  labels: {
    from: 'from | sender',
    date: 'date | sent | sent at | date sent | sent on | message sent',
    to: 'to',
    cc: 'cc | bcc | c.c.',
    subject: 'subject',
    reply: `
      reply-to | reply to | organization | importance | priority | sensitivity | attachments |
      newsgroups | message-id | mailing list
    `,
  },
  originalMessage: 'original message | original email | original appointment | reply message',
  forwardedMessage: `
    forwarded message | begin forwarded message | forwarded by | forwarded mail | forwarded email
    | forward message | forwarded conversation | forwarded letter | start of forwarded message
  `,
  forwardedEnd: 'end forwarded message | end of forwarded message | end of forwarded mail',
  sentFrom: `
    sent from | sent via | sent with | sent on the go | get outlook for | download outlook for |
    yahoo mail | mobile mail | typed on | typed with | via my
  `,
  replyPrefixes: 're | ref',
  forwardPrefixes: 'fwd | fw | red | redir | redir. | wtr',
  automatic: {
    subjects: `
      auto-reply | autoreply | auto reply | automatic reply | automated reply | automated response
      | automatic response | auto response | auto-response | autoresponse | autoresponder |
      auto-responder | out of office | out of the office | out-of-office | out of office reply |
      out of office autoreply | out of office auto-reply | out of office message | out of office
      notification | ooo | vacation reply | vacation response | vacation message | vacation
      auto-reply | vacation autoreply | away message | absence notification
    `,
    sayings: `
      i am out of | i'm out of | i’m out of | i am away | i'm away | i am currently out | i'm
      currently out | i am currently on | i am currently away | i'm currently away | currently out
      of | currently away | away from my | on vacation | on holiday | on annual leave | on leave |
      no longer with | no longer at | thank you for your email | thank you for your e-mail | thank
      you for your message | thank you for contacting us | we have received your | we've received
      your | your request has been received | ticket received
    `,
    singleWords: 'auto | away | vacation | absence | absent',
    anywhere: 'is out of the office | is out of office | will be out of the office',
    inText: `
      out of the office | out of office | automatic reply | automated reply | automated response |
      automatic response | automatically generated | auto-reply | limited access to | i am on
      vacation | i'm on vacation | i am on leave | on annual leave | i am currently away | i am
      away | i will be back | i will return | has left the company | no longer works | we have
      received your
    `,
  },
  commonWords: `
    the and is are you your have this that with for not please we can will thanks hello was
  `,
  courtesy: {
    thanks: `thanks | thank you | thx | ty | cheers | much appreciated | many thanks | thanks again |
      thank you again | tyvm`,
    filling: `very | so | much | a lot | a million | for your help | for the help | for helping |
      for your quick reply | for the quick reply | for your reply | for your answer |
      for your quick help | for your support | for the info | for the information | and |
      you too | have a nice day | have a great day | have a nice weekend | best | regards |
      best regards | kind regards | great | perfect | super | excellent | wonderful | awesome |
      ok | okay | got it | all good | that worked | it worked | it works | works now | works |
      it works now | that helped | that's great | that is great | you're the best | yours |
      sincerely | again | everyone | all`,
    greetings: `hi | hello | hey | dear | good morning | good afternoon`,
  },
}
