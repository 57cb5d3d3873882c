/** Values by JSON Schema, as a client who read the document might send them. */
import fc from 'fast-check'

export interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | false
  readonly minItems?: number
  readonly maxItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly format?: string
}

/** What a member or parameter of this name may hold, if the schema does not say it all. */
export type Hints = Readonly<Record<string, fc.Arbitrary<unknown>>>

/** Lists and texts of a walk stay short: their limits have tests of their own. */
const ITEMS_MAX = 3
const LENGTH_MAX = 12

export function valueOf(schema: Schema, hints: Hints, name = ''): fc.Arbitrary<unknown> {
  const hint = hints[name]
  if (hint !== undefined) return hint
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.anyOf !== undefined) {
    return fc.oneof(...schema.anyOf.map((one) => valueOf(one, hints, name)))
  }
  if (Array.isArray(schema.type)) {
    const types = schema.type as readonly string[]
    return fc.oneof(...types.map((type) => valueOf({ ...schema, type }, hints, name)))
  }
  return byType(schema, hints, name)
}

function byType(schema: Schema, hints: Hints, name: string): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? 1, max: Math.min(schema.maximum ?? 1_000, 1_000) })
    case 'string':
      return text(schema)
    case 'array':
      return fc.array(valueOf(schema.items ?? {}, hints, name), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(
          schema.maxItems ?? ITEMS_MAX,
          Math.max(ITEMS_MAX, schema.minItems ?? 0),
        ),
      })
    case 'object':
      return object(schema, hints)
    case undefined:
    default:
      return fc.jsonValue({ maxDepth: 1 })
  }
}

function text({ format, minLength = 0, maxLength = LENGTH_MAX }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.constantFrom('2026-02-27T00:00:00Z', '2026-03-08T00:00:00Z')
  return fc.string({
    minLength,
    maxLength: Math.min(maxLength, Math.max(minLength, LENGTH_MAX)),
    unit: fc.constantFrom('a', 'Ä', ' ', '0', '{', '<', "'", '%', '🖨', '\u0000', '\n'),
  })
}

function object(schema: Schema, hints: Hints): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema
  if (Object.keys(properties).length === 0 && typeof additionalProperties === 'object') {
    const name = fc.constantFrom('product_id', 'pdf_link', 'x')
    return fc.dictionary(name, valueOf(additionalProperties, hints), { maxKeys: ITEMS_MAX })
  }
  const members = Object.entries(properties).map(([name, one]) => [name, valueOf(one, hints, name)])
  return fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: [...required],
  })
}
