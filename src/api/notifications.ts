/** /me/notifications: what an agent wants to hear of, and when. */
import { z } from 'zod'
import { DEFAULT_SETTINGS, saveSettings, settingsOf } from '../store/notice-settings.ts'
import { NOTICE_LEVELS, type NoticeSettings } from '../ticket/notify.ts'
import type { ApiDeps } from './deps.ts'
import { NO_QUERY } from './query.ts'
import { type Route, route, STAFF } from './route.ts'

const PATH = '/api/v1/me/notifications'

const timeOfDay = z
  .string('is no time of day')
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'is no time of day like 20:30')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))

const NotificationsBody = z.strictObject({
  level: z.enum(NOTICE_LEVELS, `is not one of ${NOTICE_LEVELS.join(', ')}`).nullable(),
  quiet_hours: z.strictObject({ from: timeOfDay, until: timeOfDay }).nullable(),
})

const timeText = z.string().regex(/^\d\d:\d\d$/)
const NotificationsJson = z
  .strictObject({
    level: z.enum(NOTICE_LEVELS).nullable(),
    /** What holds without a level of one's own. */
    default_level: z.enum(NOTICE_LEVELS),
    quiet_hours: z.strictObject({ from: timeText, until: timeText }).nullable(),
  })
  .meta({ id: 'Notifications' })

export function notificationRoutes({ store, context }: ApiDeps): readonly Route[] {
  const shown = ({ level, quietHours }: NoticeSettings) => ({
    level,
    default_level: context.agentNotices.default,
    quiet_hours:
      quietHours === null
        ? null
        : { from: textOf(quietHours.from), until: textOf(quietHours.until) },
  })
  return [
    route({
      method: 'GET',
      path: PATH,
      summary: 'Which mail about tickets one gets, and when',
      roles: STAFF,
      scopes: [],
      query: NO_QUERY,
      body: null,
      answers: { 200: NotificationsJson },
      async handle({ caller }) {
        const [settings = DEFAULT_SETTINGS] = await settingsOf(store.read, [caller.user.id])
        return { body: shown(settings) }
      },
    }),
    route({
      method: 'PUT',
      path: PATH,
      summary: 'Sets which mail about tickets one gets, and when',
      roles: STAFF,
      scopes: 'unlimited',
      query: NO_QUERY,
      body: NotificationsBody,
      answers: { 200: NotificationsJson },
      async handle({ caller, body }) {
        const settings = { level: body.level, quietHours: body.quiet_hours }
        await store.transaction((tx) => saveSettings(tx, caller.user.id, settings))
        return { body: shown(settings) }
      },
    }),
  ]
}

const textOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
