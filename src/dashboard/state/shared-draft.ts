/**
 * A draft on all devices of one agent: kept in the browser at once, at the desk after a pause.
 * Whoever goes on elsewhere finds it there; what was written on two devices is never overwritten
 * without a question.
 */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { get, put, remove } from '../api/client.ts'
import { connection } from '../api/events.ts'
import { asProblem } from '../api/problem.ts'
import type { Page } from '../api/types.ts'
import type { Draft } from './drafts.ts'
import { user } from './session.ts'
import { readStored, writeStored } from './storage.ts'
import { showToast } from './toasts.ts'

/** So long after the last key. */
const PAUSE_MS = 1_500

interface DeskDraft {
  readonly text: string
  readonly visibility: string
  readonly version: number
}

/** What this browser and the desk last agreed on. */
interface Agreed {
  readonly text: string
  readonly version: number
}

interface Shared {
  readonly ticketId: number
  readonly path: string
  readonly key: string
  readonly draft: Signal<Draft>
  readonly isShared: Signal<boolean>
}

const agreedOn = ({ key }: Shared): Agreed | null => readStored<Agreed | null>(key, null)

function agree(shared: Shared, agreed: Agreed | null): void {
  writeStored(shared.key, agreed)
  shared.isShared.value = agreed !== null && agreed.text === shared.draft.peek().text
}

/** True while what stands here is at the desk, too. */
export function useSharedDraft(ticketId: number, draft: Signal<Draft>): Signal<boolean> {
  const isShared = useSignal(false)
  const key = `agreed.${user.peek()?.id ?? 0}.${ticketId}`
  const shared: Shared = { ticketId, path: `/tickets/${ticketId}/draft`, key, draft, isShared }
  // One after the other: an answer that was overtaken would say what is no longer so.
  const turn = useRef<Promise<void>>(Promise.resolve())
  const inTurn = (work: (shared: Shared) => Promise<void>): void => {
    // The next key, or the next look, tries again.
    turn.current = turn.current.then(() => work(shared)).catch(() => {})
  }
  useEffect(() => {
    inTurn(fetchDraft)
    const look = (): void => {
      if (!document.hidden) inTurn(fetchDraft)
    }
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [ticketId])
  const { text, isNote } = draft.value
  const isLive = connection.value === 'live'
  useEffect(() => {
    isShared.value = agreedOn(shared)?.text === text
    if (isShared.peek() || !isLive) return
    const timer = setTimeout(() => inTurn(keepAtDesk), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [ticketId, text, isNote, isLive])
  return isShared
}

async function fetchDraft(shared: Shared): Promise<void> {
  const { draft } = shared
  const theirs = await deskDraft(shared)
  const { text } = draft.peek()
  const before = agreedOn(shared)?.text ?? ''
  const changedHere = text !== before
  if (theirs === null) {
    // It was sent, or dropped, elsewhere.
    if (!changedHere && before !== '') draft.value = { ...draft.peek(), text: '' }
    agree(shared, null)
    return
  }
  if (!changedHere && theirs.text !== text) adopt(shared, theirs)
  if (changedHere && theirs.text !== text && theirs.text !== before) offer(shared, theirs)
  agree(shared, theirs)
}

async function keepAtDesk(shared: Shared): Promise<void> {
  const { draft, path } = shared
  const { text, isNote } = draft.peek()
  const agreed = agreedOn(shared)
  if (text === '') {
    if (agreed !== null) await remove(path).catch(unlessGone)
    agree(shared, null)
    return
  }
  try {
    const visibility = isNote ? 'internal' : 'public'
    const match = agreed === null ? {} : { ifMatch: agreed.version }
    agree(shared, await put<DeskDraft>(path, { visibility, text }, match))
  } catch (thrown) {
    if (asProblem(thrown).status !== 412) throw thrown
    await fetchDraft(shared)
  }
}

const deskDraft = async ({ ticketId }: Shared): Promise<DeskDraft | null> =>
  (await get<Page<DeskDraft>>(`/me/drafts?ticket=${ticketId}`)).data[0] ?? null

function unlessGone(thrown: unknown): void {
  if (asProblem(thrown).status !== 404) throw thrown
}

function adopt({ draft }: Shared, { text, visibility }: DeskDraft): void {
  draft.value = { ...draft.peek(), text, isNote: visibility === 'internal' }
}

function offer(shared: Shared, theirs: DeskDraft): void {
  showToast({
    tone: 'info',
    text: 'You wrote another draft for this ticket on another device.',
    actions: [{ label: 'Use that one', run: () => adopt(shared, theirs) }],
  })
}
