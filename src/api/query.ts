/** Query parameters: every one known, each at most as often as its schema allows. */
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { invalidQuery } from './problem.ts'

const LIMIT_DEFAULT = 50
const LIMIT_MAX = 200
/** Values of one list parameter, and the length of each. */
const VALUES_MAX = 50
const VALUE_LENGTH_MAX = 320

/** No control characters: no value of ours has any, and PostgreSQL takes no NUL. */
const text = z
  .string('is given more than once')
  .max(VALUE_LENGTH_MAX, `is longer than ${VALUE_LENGTH_MAX} characters`)
  .regex(/^[^\p{Cc}]+$/u, 'is empty or contains control characters')

export const one = text
export const many = z
  .union([text.transform((value) => [value]), z.array(text).max(VALUES_MAX)])
  .optional()
/** Repeated or separated by commas. */
export const list = many.transform((values) =>
  values?.flatMap((value) => value.split(',')).filter((value) => value.trim() !== ''),
)

export const NO_QUERY = z.strictObject({})

export const PAGE = {
  limit: z
    .string('is given more than once')
    .regex(/^[1-9]\d{0,2}$/, `is not a number from 1 to ${LIMIT_MAX}`)
    .transform(Number)
    .refine((limit) => limit <= LIMIT_MAX, `is more than ${LIMIT_MAX}`)
    .default(LIMIT_DEFAULT),
  cursor: one.optional(),
}

/** Refuses names that a route does not know: a typo must not silently select everything. */
export function refuseUnknown(schema: z.ZodObject, search: URLSearchParams): void {
  const known = Object.keys(schema.shape)
  const unknown = [...new Set(search.keys())].filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const shown = unknown.slice(0, 10).map((name) => name.slice(0, 100))
  throw new AppError(
    'malformed',
    'unknown-parameter',
    `${shown.join(', ')} ${shown.length === 1 ? 'is no parameter' : 'are no parameters'} of this route.`,
    {
      errors: shown.map((parameter) => ({
        parameter,
        code: 'unknown_parameter',
        message: 'is not known here',
      })),
      accepted: known,
    },
  )
}

export function parseQuery<Q extends z.ZodObject>(schema: Q, search: URLSearchParams): z.output<Q> {
  refuseUnknown(schema, search)
  const given = [...new Set(search.keys())].map((name): [string, string | string[]] => {
    const values = search.getAll(name)
    return [name, values.length === 1 ? (values[0] ?? '') : values]
  })
  const parsed = schema.safeParse(Object.fromEntries(given))
  if (!parsed.success) throw invalidQuery(parsed.error)
  return parsed.data
}
