import { expect, test } from 'vitest'
import { saysTheSame } from '../../src/mail/similar-words.ts'

const REPLY = 'Thank you for your mail. Your request has been received and will be answered soon.'

test.each([
  ['the same', REPLY, REPLY],
  [
    'a number filled in',
    'Thank you. This is answer number 7.',
    'Thank you. This is answer number 8.',
  ],
  ['a ticket number', `${REPLY} Your number is AB-1042.`, `${REPLY} Your number is AB-1077.`],
  ['another date', `${REPLY} 2026-07-06 10:15`, `${REPLY} 2026-07-07 11:20`],
  ['other spaces and case', REPLY, REPLY.toUpperCase().replaceAll(' ', '\n')],
  ['no spaces, but equal', '受け付けました。', '受け付けました。'],
])('%s: the same', (_, one, other) => {
  expect(saysTheSame(one, other)).toBe(true)
})

test.each([
  ['two requests', 'The printer on floor 3 is out of paper.', 'I cannot log in to the shop today.'],
  ['the same words in another order', 'please help me log in now', 'now log me in please help'],
  ['a few words of many', 'Hello, please help.', `Hello, please help. ${REPLY}`],
  ['two short ones', 'Thanks 1', 'Thanks 2'],
  ['nothing', '', 'Hello there, my friend'],
])('%s: not the same', (_, one, other) => {
  expect(saysTheSame(one, other)).toBe(false)
})
