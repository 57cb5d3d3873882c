/**
 * Reads JSON (RFC 8259) more strictly than JSON.parse: with a position for every mistake, a
 * limit on depth and number, no member twice, and without the member names that poison prototypes.
 */
export class JsonError extends Error {
  override readonly name = 'JsonError'
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** A member name that no body of ours has and that could reach a prototype. */
export class ForbiddenMember extends Error {
  override readonly name = 'ForbiddenMember'
  readonly path: readonly (string | number)[]
  constructor(path: readonly (string | number)[]) {
    super(`the member ${String(path.at(-1))} is not allowed`)
    this.path = path
  }
}

const DEPTH_MAX = 20
/** Far more than any body of ours has; a million of them would hold everybody else up. */
const VALUES_MAX = 10_000
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORDS: readonly [string, boolean | null][] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

/** @throws JsonError, ForbiddenMember */
export function parseJson(text: string): unknown {
  return new JsonReader(text).read()
}

/** `line 2, column 5`, counted from 1. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

class JsonReader {
  readonly #text: string
  readonly #path: (string | number)[] = []
  #at = 0
  #values = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): unknown {
    this.#skipSpace()
    const value = this.#value()
    this.#skipSpace()
    if (this.#at < this.#text.length) this.#fail('more text after the end of the value')
    return value
  }

  #value(): unknown {
    this.#values += 1
    if (this.#values > VALUES_MAX) this.#fail(`more than ${VALUES_MAX} values`)
    const char = this.#text[this.#at]
    if (char === '{') return this.#object()
    if (char === '[') return this.#array()
    if (char === '"') return this.#string()
    return this.#word()
  }

  #object(): Record<string, unknown> {
    this.#enter()
    const object: Record<string, unknown> = {}
    if (this.#closes('}')) return object
    for (;;) {
      const start = this.#at
      if (this.#text[start] !== '"') this.#fail('a member name in double quotes is missing')
      const name = this.#string()
      if (FORBIDDEN.has(name)) throw new ForbiddenMember([...this.#path, name])
      if (Object.hasOwn(object, name)) this.#fail('the same member a second time', start)
      this.#skipSpace()
      this.#expect(':')
      this.#path.push(name)
      object[name] = this.#value()
      this.#path.pop()
      this.#skipSpace()
      if (this.#closes('}')) return object
      this.#expect(',')
    }
  }

  #array(): unknown[] {
    this.#enter()
    const array: unknown[] = []
    if (this.#closes(']')) return array
    for (;;) {
      this.#path.push(array.length)
      array.push(this.#value())
      this.#path.pop()
      this.#skipSpace()
      if (this.#closes(']')) return array
      this.#expect(',')
    }
  }

  #enter(): void {
    if (this.#path.length >= DEPTH_MAX) this.#fail(`nested deeper than ${DEPTH_MAX}`)
    this.#at += 1
    this.#skipSpace()
  }

  #closes(char: string): boolean {
    if (this.#text[this.#at] !== char) return false
    this.#at += 1
    return true
  }

  #expect(char: string): void {
    if (!this.#closes(char)) this.#fail(`"${char}" is missing`)
    this.#skipSpace()
  }

  #string(): string {
    const start = this.#at
    let escaped = false
    for (let end = start + 1; end < this.#text.length; end += 1) {
      const code = this.#text.charCodeAt(end)
      if (code === 0x22) {
        this.#at = end + 1
        return escaped ? this.#unescaped(start, end + 1) : this.#text.slice(start + 1, end)
      }
      if (code < 0x20) this.#fail('a control character in a string', end)
      if (code === 0x5c) {
        escaped = true
        end += 1
      }
    }
    return this.#fail('a string without an end', start)
  }

  #unescaped(start: number, end: number): string {
    try {
      return JSON.parse(this.#text.slice(start, end)) as string
    } catch {
      return this.#fail('an escape that JSON does not know', start)
    }
  }

  #word(): number | boolean | null {
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length
        return value
      }
    }
    NUMBER.lastIndex = this.#at
    const number = NUMBER.exec(this.#text)?.[0]
    if (number === undefined) {
      return this.#fail(this.#at < this.#text.length ? 'no value here' : 'the text ends too early')
    }
    this.#at += number.length
    return Number(number)
  }

  #skipSpace(): void {
    let at = this.#at
    while (isSpace(this.#text.charCodeAt(at))) at += 1
    this.#at = at
  }

  #fail(message: string, offset = this.#at): never {
    throw new JsonError(message, offset)
  }
}

/** Space, tab, line feed, carriage return; NaN, past the end, is none of them. */
const isSpace = (code: number): boolean =>
  code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d
