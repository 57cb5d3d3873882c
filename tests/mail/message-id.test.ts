/** Ids as people's programs write them. */
import { expect, test } from 'vitest'
import { parseReferences } from '../../src/mail/message-id.ts'

test.each([
  ['<a@b> <c@d>', ['a@b', 'c@d']],
  ['<a@b>,<c@d>,', ['a@b', 'c@d']],
  ['a@b c@d,e@f', ['a@b', 'c@d', 'e@f']],
  ['a@b', ['a@b']],
  ['Your message of <a@b>', ['a@b']],
  ['yesterday', []],
  ['@b a@ @', []],
  [null, []],
])('%j', (value, ids) => {
  expect(parseReferences(value)).toEqual(ids)
})
