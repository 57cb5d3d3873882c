/**
 * What routes answer, as schemas: they type the handlers, describe the API, and check every answer
 * that a test gets.
 */
import type { Readable } from 'node:stream'
import { z } from 'zod'

/** Bytes of these types, not JSON. With `or`: data by this schema, when a client asks for it. */
export interface Media<Or extends z.ZodType | null = z.ZodType | null> {
  readonly media: readonly string[]
  readonly or: Or
}

/** Null: no content. */
export type AnswerSpec = z.ZodType | Media | null

/** By status. */
export type AnswerSpecs = Readonly<Record<number, AnswerSpec>>

/** As data is sent: what is read only while it is made may stay so. */
export type Sent<T> = T extends readonly (infer Item)[]
  ? readonly Sent<Item>[]
  : T extends object
    ? { readonly [Member in keyof T]: Sent<T[Member]> }
    : T

type BodyOf<Spec> = Spec extends z.ZodType
  ? Sent<z.input<Spec>>
  : Spec extends Media<infer Or>
    ? string | Readable | (Or extends z.ZodType ? Sent<z.input<Or>> : never)
    : undefined

/** What a handler may give back for these. */
export interface AnswerTo<Specs extends AnswerSpecs> {
  readonly status?: number
  readonly body?: BodyOf<Specs[keyof Specs & number]>
  readonly headers?: Readonly<Record<string, string>>
}

export const media = (...types: readonly string[]): Media<null> => ({ media: types, or: null })

export const mediaOr = <Or extends z.ZodType>(type: string, or: Or): Media<Or> => ({
  media: [type],
  or,
})

export const isMedia = (spec: AnswerSpec): spec is Media => spec !== null && 'media' in spec

/** RFC 3339, UTC. */
export const Time = z.iso.datetime()
export const Id = z.int().positive()
export const Count = z.int().nonnegative()

/** One page of a list; a list that is always whole has one. */
export const pageSchema = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({
    data: z.array(item),
    page: z.strictObject({ next_cursor: z.string().nullable(), has_more: z.boolean() }),
  })
