/** What the key that takes back does with the messages in the corner; no browser is needed for it. */
import { beforeEach, expect, test } from 'vitest'
import { showToast, takeBackLatest, toasts } from '../../src/dashboard/state/toasts.ts'

let done: string[] = []
const offer = (label: string, undoes?: boolean) => ({
  label,
  run: () => void done.push(label),
  ...(undoes === undefined ? {} : { undoes }),
})
const show = (...actions: ReturnType<typeof offer>[]): number =>
  showToast({ text: 'A message', actions }, null)

beforeEach(() => {
  done = []
  toasts.value = []
})

test('takes back the latest thing that can be, once', () => {
  show(offer('Undo the first', true))
  show(offer('Send now'), offer('Undo the second', true))
  expect([takeBackLatest(), takeBackLatest(), takeBackLatest()]).toEqual([true, true, false])
  expect(done).toEqual(['Undo the second', 'Undo the first'])
})

test('an offer that takes nothing back is left to who chooses it', () => {
  const id = show(offer('Use that draft instead of what is written here'))
  expect(takeBackLatest()).toBe(false)
  expect(done).toEqual([])
  expect(toasts.value.map((toast) => toast.id)).toEqual([id])
})
