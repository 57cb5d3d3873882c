/**
 * Begins before the dashboard has come: a small script of its own that asks the API what the first
 * page is going to ask, while the large one is on its way. Behind a slow connection that is a round
 * trip or two less.
 */
import { askEarly } from './api/asked-early.ts'
import { firstQuestions, type WasHere } from './first-questions.ts'
import { readStored } from './state/storage.ts'

const { pathname, searchParams } = new URL(window.location.href)
for (const path of firstQuestions(readStored<WasHere>('here', false), pathname, searchParams)) {
  askEarly(`/api/v1${path}`)
}
