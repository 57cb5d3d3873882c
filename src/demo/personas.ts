/** The people of the demo. Every address is in a domain that exists nowhere else. */
import type { Person } from './compose-mail.ts'

export interface DeskUser extends Person {
  role: 'agent' | 'admin'
}

export const SUPPORT: Person = { name: 'Acme Support', address: 'support@acme.test' }

export const DESK = {
  bruno: { name: 'Bruno Costa', address: 'bruno@acme.test', role: 'agent' },
  nora: { name: 'Nora Lindqvist', address: 'nora@acme.test', role: 'agent' },
  carla: { name: 'Carla Moretti', address: 'carla@acme.test', role: 'admin' },
} as const satisfies Readonly<Record<string, DeskUser>>

export const CUSTOMERS = {
  ana: { name: 'Ana Ferreira', address: 'ana@example.org' },
  lena: { name: 'Lena Füchs', address: 'lena@fuechs.test' },
  kenji: { name: '佐藤健二', address: 'kenji@sato.test' },
  omar: { name: 'Omar Haddad', address: 'omar@haddad.test' },
  dora: { name: 'Dora Haddad', address: 'dora@haddad.test' },
  /** Writes from an address that takes no mail: the answer bounces. */
  gone: { name: 'Gil Gone', address: 'gone@nowhere.test' },
  /** Knows a ticket number and hopes that it opens doors. */
  mallory: { name: 'Mallory', address: 'mallory@stranger.test' },
  newsletter: { name: 'Office Weekly', address: 'news@weekly.test' },
} as const satisfies Readonly<Record<string, Person>>

export type CustomerName = keyof typeof CUSTOMERS
export type AgentName = Exclude<keyof typeof DESK, 'carla'>

/** What customers write about when the story is over and the demo goes on. */
export const SMALL_TALK: readonly (readonly [subject: string, text: string])[] = [
  ['Where is my order 4711?', 'Hello,\n\nit was to arrive on Monday. Is it lost?\n'],
  ['Cannot log in', 'The page says that my password is wrong. It is not.\n'],
  ['A question about the contract', 'Does the contract renew by itself?\n\nKind regards\n'],
  ['Feature wish', 'A dark mode would be lovely, my eyes hurt in the evening.\n'],
  ['Delivery to a new address', 'We have moved to 5 Harbour Street. Please change it.\n'],
  ['The invoice shows the wrong company', 'It should say Example Ltd. Could you send a new one?\n'],
]

export const ANSWERS: readonly string[] = [
  'Thank you for writing. I have looked into it and it is on its way.',
  'Could you tell me which version you use? It is at the bottom of the page.',
  'That was our mistake, sorry. It is corrected now.',
  'Good idea, I have passed it on to the people who decide.',
]
