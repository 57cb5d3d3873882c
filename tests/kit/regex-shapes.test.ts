/** The checker itself, against expressions whose running time is known. */
import { expect, test } from 'vitest'
import { dangerOf } from './regex-shapes.ts'

test.each([
  [/^(?:a+)+$/],
  [/^(?:a|a)*$/],
  [/^(?:\s*a?\s*)*x/],
  [/^\s*\s*x/],
  [/^.*,.*;/],
  [/^(?:[a-z]+\.?)*@/],
  [/\s+$/],
  [/<[^>]*>/],
  [/[a-z]+@/],
  [/a(?:[a-z]+)@/],
  [/^\s+$/m],
  [/x{1,5000}y/],
])('%s is slow', (regex) => {
  expect(dangerOf(regex.source, regex.flags)).not.toBeNull()
})

test.each([
  [/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/],
  [/^([2-5]\d\d)(?:[ -](.*))?$/],
  [/\s+/g],
  [/^\s*$/],
  [/<[^<>]*>/],
  [/\b\w+@/],
  [/(?<![a-z])[a-z]+@/],
  [/[a-z]{1,64}@/],
  [/\s+$/y],
  [/^[ \t]+$/m],
  [/relay|denied/i],
  [/^(?:foo|bar)+$/],
  [/\\d\[x\]\u{1f600}?/u],
])('%s is linear', (regex) => {
  expect(dangerOf(regex.source, regex.flags)).toBeNull()
})
