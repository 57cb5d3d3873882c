/** Containers that only other programs write: TNEF ([MS-OXTNEF]) and CMS (RFC 5652), for tests. */

const number = (value: number, bytes = 4): Buffer => {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntLE(value, 0, bytes)
  return buffer
}

function attribute(id: number, data: Buffer): Buffer {
  const sum = data.reduce((total, byte) => (total + byte) % 65_536, 0)
  const level = id === 0x9002 || id === 0x69002 || id === 0x6800f || id === 0x18010 ? 2 : 1
  return Buffer.concat([number(level, 1), number(id), number(data.length), data, number(sum, 2)])
}

/** A MAPI property of type Unicode or Binary. */
export function property(id: number, value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(`${value}\0`, 'utf16le') : value
  const padding = Buffer.alloc((4 - (bytes.length % 4)) % 4)
  const tag = number(((id << 16) >>> 0) | (typeof value === 'string' ? 0x1f : 0x102))
  return Buffer.concat([tag, number(1), number(bytes.length), bytes, padding])
}

export const properties = (...all: readonly Buffer[]): Buffer =>
  Buffer.concat([number(all.length), ...all])

export interface TnefContent {
  readonly message?: Buffer
  readonly body?: string
  readonly files?: readonly {
    readonly title: string
    readonly data: Buffer
    readonly more?: Buffer
  }[]
}

export function tnef({ message, body, files = [] }: TnefContent): Buffer {
  return Buffer.concat([
    number(0x223e9f78),
    number(1, 2),
    attribute(0x69007, Buffer.concat([number(1251), number(0)])),
    ...(body === undefined ? [] : [attribute(0x2800c, Buffer.from(`${body}\0`, 'latin1'))]),
    ...(message === undefined ? [] : [attribute(0x69003, message)]),
    ...files.flatMap(({ title, data, more }) => [
      attribute(0x69002, Buffer.alloc(14)),
      attribute(0x18010, Buffer.from(`${title}\0`, 'latin1')),
      attribute(0x6800f, data),
      ...(more === undefined ? [] : [attribute(0x69005, more)]),
    ]),
  ])
}

/** One DER element. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(content)
  const length =
    bytes.length < 0x80
      ? Buffer.from([bytes.length])
      : Buffer.from([0x82, bytes.length >> 8, bytes.length & 0xff])
  return Buffer.concat([Buffer.from([tag]), length, bytes])
}

const objectId = (last: number): Buffer =>
  der(0x06, Buffer.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, last]))

/** signedData around `content`, in pieces of indefinite length as Outlook writes it, or in one. */
export function signed(content: Buffer, { inPieces = false } = {}): Buffer {
  const half = content.length >> 1
  const octets = inPieces
    ? Buffer.concat([
        Buffer.from([0x24, 0x80]),
        der(0x04, content.subarray(0, half)),
        der(0x04, content.subarray(half)),
        Buffer.from([0, 0]),
      ])
    : der(0x04, content)
  const inner = der(0x30, objectId(1), der(0xa0, octets))
  return der(
    0x30,
    objectId(2),
    der(0xa0, der(0x30, der(0x02, Buffer.from([1])), der(0x31), inner, der(0x31))),
  )
}

export const enveloped = (): Buffer =>
  der(0x30, objectId(3), der(0xa0, der(0x30, Buffer.alloc(40))))
