/** What every page of the desk knows: its statuses, its agents, and how much there is to do. */
import { computed, signal } from '@preact/signals'
import { get } from '../api/client.ts'
import { onEvents } from '../api/events.ts'
import type { Page, Stats, Status, User } from '../api/types.ts'
import { isStaff } from './session.ts'

export const statuses = signal<readonly Status[]>([])
export const agents = signal<readonly User[]>([])
export const stats = signal<Stats | null>(null)
export const categories = computed(() =>
  Object.keys(stats.value?.by_category ?? {}).filter((name) => name !== 'none'),
)

export const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const

export const labelOf = (status: string): string =>
  statuses.value.find(({ name }) => name === status)?.label ?? status

/** Names of the statuses of a category: open, waiting, closed. */
export const statusesIn = (category: string): string[] =>
  statuses.value.filter((one) => one.category === category).map(({ name }) => name)

/** Counts are for the eye: one look a second is enough, however much happens. */
const LOOK_EVERY_MS = 1_000
let timer: ReturnType<typeof setTimeout> | undefined

async function look(): Promise<void> {
  stats.value = await get<Stats>('/stats')
}

/** Fetches all of it; rejects when the API cannot be reached. */
export async function loadDesk(): Promise<void> {
  const staff = async (): Promise<void> => {
    if (!isStaff.value) return
    agents.value = (await get<Page<User>>('/users?role=agent,admin&state=active&limit=200')).data
  }
  const known = async (): Promise<void> => {
    statuses.value = (await get<Page<Status>>('/statuses')).data
  }
  await Promise.all([look(), staff(), known()])
}

/** Returns what ends it. */
export function followDesk(): () => void {
  return onEvents(() => {
    timer ??= setTimeout(() => {
      timer = undefined
      // The next event, or the next page, tries again.
      look().catch(() => {})
    }, LOOK_EVERY_MS)
  })
}
