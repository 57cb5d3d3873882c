/** Bodies and parameters of requests. Strict: a member nobody knows is a mistake, not a wish. */
import { z } from 'zod'
import { type Address, parseAddress } from '../mail/address.ts'
import { cleanLine, cleanText, withoutInvisible } from '../mail/clean-text.ts'
import { FATES } from '../store/inbound-messages.ts'
import { VERDICTS } from '../mail/verdict.ts'
import { OUTCOMES } from '../store/outbox.ts'
import { findPriority, PRIORITIES, SUBJECT_LENGTH_MAX } from '../ticket/ticket.ts'
import { one, PAGE } from './query.ts'
import { ID_MAX, parseId } from './route.ts'

const TEXT_LENGTH_MAX = 500_000
export const NAME_LENGTH_MAX = 200
const TAGS_MAX = 50
const TAG_LENGTH_MAX = 50
const FIELDS_MAX = 100
const FIELD_LENGTH_MAX = 10_000
/** As many as a mail that opens a ticket may bring along. */
const PARTICIPANTS_MAX = 20
const ATTACHMENTS_MAX = 50

/** Spaces, also those nobody sees, are no words. */
const isSaid = (text: string): boolean => withoutInvisible(text).trim() !== ''

export const line = (lengthMax: number) =>
  z
    .string()
    .max(lengthMax, `is longer than ${lengthMax} characters`)
    .transform((value) => cleanLine(value, lengthMax))

const text = z
  .string()
  .max(TEXT_LENGTH_MAX, `is longer than ${TEXT_LENGTH_MAX} characters`)
  .transform((value) => cleanText(value).trimEnd())

export const email = z.string().transform((value, context): Address => {
  const address = parseAddress(value)
  if (address !== null) return address
  context.addIssue({ code: 'custom', message: 'is not an email address' })
  return z.NEVER
})

export const name = line(NAME_LENGTH_MAX)
  .nullable()
  .default(null)
  .transform((value) => (value === '' ? null : value))

export const Person = z.strictObject({ email, name })
export type Person = z.output<typeof Person>

export const priority = z.string().transform((value, context) => {
  const found = findPriority(value)
  if (found !== null) return found
  context.addIssue({ code: 'custom', message: `is not one of ${PRIORITIES.join(', ')}` })
  return z.NEVER
})

const tag = line(TAG_LENGTH_MAX).refine(
  (value) => value !== '' && !value.includes(','),
  'is empty or contains a comma',
)

const fieldName = z.string().regex(/^[\w.:-]{1,64}$/, 'is not a name of letters, digits and _.:-')
const fieldValue = z
  .string()
  .max(FIELD_LENGTH_MAX, `is longer than ${FIELD_LENGTH_MAX} characters`)
  .transform(cleanText)

const fields = z
  .record(fieldName, fieldValue)
  .refine((all) => Object.keys(all).length <= FIELDS_MAX, `has more than ${FIELDS_MAX} members`)

/** Ids of POST /attachments. */
const attachments = z
  .array(z.int().positive())
  .max(ATTACHMENTS_MAX)
  .default([])
  .transform((ids) => [...new Set(ids)])

const tags = z
  .array(tag)
  .max(TAGS_MAX)
  .transform((all) => [...new Set(all)])

export const TicketBody = z
  .strictObject({
    subject: line(SUBJECT_LENGTH_MAX).default(''),
    text: text.default(''),
    requester: Person.optional(),
    author: z.enum(['requester', 'me']).default('requester'),
    priority: priority.default('normal'),
    category: z.string().nullable().default(null),
    tags: tags.default([]),
    fields: fields.default({}),
    participants: z
      .array(
        z.union([email.transform((address): Person => ({ email: address, name: null })), Person]),
      )
      .max(PARTICIPANTS_MAX)
      .default([]),
    attachments,
    inbox: z.union([z.string().min(1), z.int().positive()]).optional(),
    follow_up_of: z.int().positive().max(ID_MAX).optional(),
  })
  .superRefine((body, context) => {
    if (Object.keys(body.fields).length > 0) return
    for (const member of ['subject', 'text'] as const) {
      // It goes on under the subject of the first ticket.
      if (member === 'subject' && body.follow_up_of !== undefined) continue
      if (isSaid(body[member])) continue
      context.addIssue({
        code: 'custom',
        path: [member],
        message: 'is required unless there are fields',
        params: { code: 'required' },
      })
    }
  })
export type TicketBody = z.output<typeof TicketBody>

const statusWord = z.string().min(1).max(100)

/** `me`, or the id of an agent; null: nobody. */
const assignee = z.union([z.literal('me'), z.int().positive(), z.null()])

/** RFC 3339. */
const instantOfBody = z.iso
  .datetime({ offset: true, message: 'is no instant like 2026-03-01T10:00:00Z' })
  .transform((value) => new Date(value))

/** Members left out stay as they are; `fields` and `tags` replace what was there. */
export const TicketPatch = z
  .strictObject({
    status: statusWord,
    assignee,
    priority,
    category: z.string().nullable(),
    tags,
    fields,
    subject: line(SUBJECT_LENGTH_MAX).refine((value) => value !== '', 'is empty'),
    inbox: z.union([z.string().min(1), z.int().positive()]),
    snoozed_until: instantOfBody.nullable(),
    /** An address: the one taken from a forwarded mail may be the wrong one. */
    requester: email,
  })
  .partial()
export type TicketPatch = z.output<typeof TicketPatch>

export const AssigneeBody = z.strictObject({ assignee })
export const PriorityBody = z.strictObject({ priority })
/** More would hold a request up for too long. */
export const BULK_MAX = 500

export const SplitBody = z.strictObject({
  comment_ids: z
    .array(z.int().positive())
    .min(1)
    .max(BULK_MAX)
    .transform((ids) => [...new Set(ids)]),
  subject: line(SUBJECT_LENGTH_MAX)
    .refine((value) => value !== '', 'is empty')
    .optional(),
})

export const NoteBody = z.strictObject({
  text: text.refine(isSaid, 'is empty'),
})

export const DeleteTicketQuery = z.strictObject({
  purge: z.enum(['true', 'false'], 'is not true or false').optional(),
})

export const DraftBody = z.strictObject({
  visibility: z.enum(['public', 'internal']).default('public'),
  text,
})

const cannedName = line(NAME_LENGTH_MAX).refine((value) => value !== '', 'is empty')
const CANNED_LENGTH_MAX = 50_000
const cannedText = z
  .string()
  .max(CANNED_LENGTH_MAX, `is longer than ${CANNED_LENGTH_MAX} characters`)
  .transform(cleanText)
  .refine(isSaid, 'is empty')

export const CannedBody = z.strictObject({ name: cannedName, text: cannedText })
export const CannedPatch = CannedBody.partial()
export const RenderBody = z.strictObject({ ticket: z.int().positive() })

export const MergeBody = z.strictObject({ into: z.int().positive() })
export const TakeBody = z.strictObject({ force: z.boolean().default(false) }).optional()

export const ReleaseBody = z.strictObject({ ticket: z.int().positive().optional() }).optional()

export const StatusBody = z.strictObject({ status: statusWord })

export const CommentBody = z
  .strictObject({
    visibility: z.enum(['public', 'internal']).default('public'),
    text,
    attachments,
    status: statusWord.optional(),
    author: Person.optional(),
  })
  .superRefine((body, context) => {
    if (isSaid(body.text) || body.attachments.length > 0) return
    context.addIssue({ code: 'custom', path: ['text'], message: 'is empty' })
  })
export type CommentBody = z.output<typeof CommentBody>

/** An id among parameters. */
export const id = one.transform((value, context) => {
  const found = parseId(value)
  if (found !== null) return found
  context.addIssue({ code: 'custom', message: 'is not an id' })
  return z.NEVER
})

export const address = one.transform((value, context): Address => {
  const found = parseAddress(value)
  if (found !== null) return found
  context.addIssue({ code: 'custom', message: 'is neither an id nor an email address' })
  return z.NEVER
})

export const PageQuery = z.strictObject(PAGE)

export const DraftsQuery = z.strictObject({ ticket: id.optional() })

export const CommentsQuery = z.strictObject({
  visibility: z.enum(['public', 'internal'], 'is not public or internal').optional(),
  ...PAGE,
})

/** The id of an event; 0: before the first. */
const eventId = z
  .string('is given more than once')
  .regex(/^(?:0|[1-9]\d{0,8})$/, 'is not the id of an event')
  .transform(Number)

export const EventsQuery = z.strictObject({ after: eventId.optional(), ticket: id.optional() })

export const EventLogQuery = z.strictObject({
  after: eventId.default(0),
  ticket: id.optional(),
  limit: PAGE.limit,
})

export const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, `is not one of ${values.join(', ')}`).optional()

/** RFC 3339. */
export const instant = z.iso
  .datetime({ offset: true, error: 'is not a time like 2026-01-31T12:00:00Z' })
  .transform((text) => new Date(text))

export const InboundQuery = z.strictObject({
  fate: oneOf(FATES),
  message_id: one.transform((value) => value.replace(/^<|>$/g, '')).optional(),
  sender: one.transform((value) => value.toLowerCase()).optional(),
  inbox: one.optional(),
  verdict: oneOf(VERDICTS),
  ticket: id.optional(),
  received_after: instant.optional(),
  received_before: instant.optional(),
  ...PAGE,
})

export const OutboxQuery = z.strictObject({
  outcome: oneOf(OUTCOMES),
  ticket: id.optional(),
  kind: oneOf(['acknowledgement', 'reply', 'agent_notice', 'system']),
  ...PAGE,
})
