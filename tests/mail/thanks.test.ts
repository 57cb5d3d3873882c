/** Mail that says thanks and nothing else, in the languages people write, and mail that says more. */
import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/mail/message.ts'
import { onlySaysThanks } from '../../src/mail/thanks.ts'
import { aMessage } from '../inbound/a-message.ts'
import { anAddress } from '../kit/desk-context.ts'

const says = (reply: string, more: Partial<Message> = {}): boolean =>
  onlySaysThanks({
    ...aMessage(),
    from: { address: anAddress('lena@example.net'), name: 'Lena Fuchs' },
    text: { ...aMessage().text, reply, full: reply },
    ...more,
  })

describe('only thanks', () => {
  test.each([
    'Thanks!',
    'Thank you so much for your help, it works now.\n\nBest regards\nLena Fuchs',
    'Hi Ana,\n\nthanks a lot 🎉\nLena',
    'Vielen Dank für die schnelle Hilfe!\n\nMit freundlichen Grüßen\nLena Fuchs',
    'Hallo Frau Huber,\nperfekt, danke. Funktioniert jetzt.',
    'Merci beaucoup, bonne journée',
    'Muchas gracias por su ayuda. Un saludo',
    'Grazie mille per l’aiuto!',
    'Hartelijk dank, het werkt.',
    'Muito obrigada pela ajuda!',
    'Dziękuję bardzo za szybką odpowiedź. Pozdrawiam',
    'Çok teşekkür ederim, iyi günler',
    'Спасибо большое, всё работает!',
    'شكرا جزيلا على المساعدة',
    'ありがとうございました。解決しました。',
    '好的，非常感谢！',
    'Tack så mycket för hjälpen! Mvh Lena',
  ])('%j', (text) => expect(says(text)).toBe(true))
})

describe('more than thanks', () => {
  test.each([
    '',
    'Hello',
    'Great, perfect.',
    'Thanks, but it is still broken.',
    'Thanks. Invoice 4711 is missing',
    'Thank you, when will it arrive?',
    'Danke! Drucker kaputt',
    'Danke, geht nicht',
    'Merci. Le problème persiste',
    'Gracias, sigue sin funcionar',
    'Спасибо, не работает',
    '谢谢，还是不行',
    'ありがとうございます。まだ動きません。',
    'No thanks',
    'Thanks for nothing',
    `Thanks ${'very '.repeat(60)}much`,
  ])('%j', (text) => expect(says(text)).toBe(false))

  test('a file is worth looking at, and a forward is somebody else’s words', () => {
    const file = {
      filename: 'log.txt',
      contentType: 'text/plain',
      size: 3,
      sha256: '0'.repeat(64),
      inline: false,
      contentId: null,
    }
    expect(says('Thanks', { attachments: [file] })).toBe(false)
    expect(says('Thanks', { attachments: [{ ...file, inline: true }] })).toBe(true)
  })
})
