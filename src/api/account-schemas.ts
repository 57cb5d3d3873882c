/** Bodies and parameters about people, passwords and tokens. As strict as schemas.ts. */
import { z } from 'zod'
import { SCOPES } from '../desk/create-token.ts'
import { TICKET_FATES } from '../desk/delete-user.ts'
import { passwordProblem } from '../desk/password-rules.ts'
import { ROLES, USER_STATES } from '../ticket/user.ts'
import { invalidMembers } from './problem.ts'
import { list, one, PAGE } from './query.ts'
import { email, line, NAME_LENGTH_MAX, name } from './schemas.ts'

/** Whatever it is, it can only be right or wrong; no longer than what we hash. */
const GIVEN_LENGTH_MAX = 1024
const given = z.string().max(GIVEN_LENGTH_MAX, `is longer than ${GIVEN_LENGTH_MAX} characters`)
/** Judged by {@link checkPassword}, which knows whose it shall be. */
const newPassword = z.string()
const code = z.string().regex(/^(?:\d{6}|[\w-]{43})$/, 'is not a code of six digits')

export const RegisterBody = z.strictObject({ email, name, password: newPassword })
export const EmailBody = z.strictObject({ email })
export const VerifyBody = z.strictObject({ email, code })
const totp = z.string().regex(/^\d{6}$/, 'is not a code of six digits')

export const LoginBody = z.strictObject({
  email,
  password: given,
  totp: totp.nullable().default(null),
})
export const SecondStepBody = z.strictObject({ totp })
export const OwnPasswordBody = z.strictObject({ password: given })
export const TotpBody = z.strictObject({ code: totp })
export const ResetBody = z.strictObject({ email, code, password: newPassword })
export const PasswordBody = z.strictObject({ current_password: given, password: newPassword })

export const NewUserBody = z.strictObject({
  email,
  name,
  role: z.enum(ROLES, `is not one of ${ROLES.join(', ')}`).default('customer'),
  password: newPassword.optional(),
})

const locale = z
  .string()
  .transform((value, context) => {
    try {
      return Intl.getCanonicalLocales(value)[0] ?? null
    } catch {
      context.addIssue({ code: 'custom', message: 'is not a language; write for example de' })
      return z.NEVER
    }
  })
  .nullable()
const ownName = line(NAME_LENGTH_MAX)
  .nullable()
  .transform((value) => (value === '' ? null : value))

/** Members left out stay as they are. */
export const MePatch = z.strictObject({ name: ownName, locale }).partial()

export const UserPatch = z
  .strictObject({
    name: ownName,
    locale,
    state: z.enum(['active', 'disabled'], 'is not one of active, disabled'),
    disabled: z.boolean(),
  })
  .partial()
  .refine(({ state, disabled }) => state === undefined || disabled === undefined, {
    message: 'says the same as state; send one of them',
    path: ['disabled'],
  })
  .transform(({ state, disabled, ...rest }) => ({
    ...rest,
    disabled: state === undefined ? disabled : state === 'disabled',
  }))

export const RoleBody = z.strictObject({ role: z.enum(ROLES, `is not one of ${ROLES.join(', ')}`) })

export const UserQuery = z.strictObject({
  role: list.pipe(z.array(z.enum(ROLES, `is not one of ${ROLES.join(', ')}`)).optional()),
  state: list.pipe(
    z.array(z.enum(USER_STATES, `is not one of ${USER_STATES.join(', ')}`)).optional(),
  ),
  q: one.max(200, 'is longer than 200 characters').optional(),
  ...PAGE,
})

export const DeleteUserQuery = z.strictObject({
  tickets: z.enum(TICKET_FATES, `is not one of ${TICKET_FATES.join(', ')}`).default('anonymize'),
})

const TOKEN_NAME_LENGTH_MAX = 100
export const TokenBody = z.strictObject({
  name: line(TOKEN_NAME_LENGTH_MAX).refine((value) => value !== '', 'is empty'),
  /** Null: every right of its user. */
  scopes: z
    .array(z.enum(SCOPES, `is not one of ${SCOPES.join(', ')}`))
    .max(SCOPES.length)
    .nullable()
    .default(null),
  expires_at: z.iso
    .datetime({ offset: true, error: 'is not an instant; write for example 2027-01-31T12:00:00Z' })
    .transform((value) => new Date(value))
    .nullable()
    .default(null),
})

/** @throws AppError 422 for `/password`, when it is not good enough for this person. */
export function checkPassword(password: string, address: string): void {
  const message = passwordProblem(password, address)
  if (message === null) return
  throw invalidMembers([{ pointer: '/password', code: 'weak_password', message }])
}
