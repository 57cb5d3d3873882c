/** mail.ru and what it inherited from Exim. */
import type { BounceSystem } from './bounce-system.ts'

export const mailRu: BounceSystem = {
  name: 'mail.ru',
  marks: 'сервером mail.ru',
  subjects: 'mail failure | mail failed | failed mail',
  statements: 'local delivery failed | mail failed | failed addresses',
}
