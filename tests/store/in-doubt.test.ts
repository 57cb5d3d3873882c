/** Who goes first on the one writer: the outcome of a delivery that is in doubt, or a long write. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Doubt, InDoubt } from '../../src/store/in-doubt.ts'

let now: number
let done: string[]
let inDoubt: InDoubt

beforeEach(() => {
  now = 1_000
  done = []
  inDoubt = new InDoubt(1, () => now)
})

afterEach(() => vi.useRealTimers())

/** An attempt that is where `at` says, until it is ended. */
function attempt(at: 'before the dot' | 'after the dot'): { end: () => Promise<void> } {
  const { promise, resolve } = withResolvers()
  const all = inDoubt.within(async (doubt: Doubt) => {
    await doubt.comes()
    done.push('comes')
    if (at === 'after the dot') doubt.begins()
    await promise
    done.push('settled')
  })
  return {
    end: () => {
      resolve()
      return all
    },
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

const write = async (): Promise<void> => {
  await inDoubt.afterwards(async () => void done.push('written'))
}

test('nothing is in doubt: a long write begins at once', async () => {
  await write()
  expect(done).toEqual(['written'])
})

test.each(['before the dot', 'after the dot'] as const)(
  'a long write waits for a delivery that is %s',
  async (at) => {
    const delivery = attempt(at)
    const writing = write()
    await delivery.end()
    await writing
    expect(done).toEqual(['comes', 'settled', 'written'])
  },
)

test('while it waits no other delivery comes into doubt: it is not kept waiting for ever', async () => {
  const first = attempt('after the dot')
  const writing = write()
  const second = attempt('after the dot')
  await first.end()
  await writing
  await second.end()
  expect(done).toEqual(['comes', 'settled', 'written', 'comes', 'settled'])
})

test('a server that takes its time is not waited for', async () => {
  const delivery = attempt('after the dot')
  await Promise.resolve()
  now += 21
  await write()
  await delivery.end()
  expect(done).toEqual(['comes', 'written', 'settled'])
})

test('nor is anything for longer than a moment', async () => {
  const stuck = attempt('before the dot')
  await Promise.resolve()
  const writing = write()
  now += 51
  await writing
  await stuck.end()
  expect(done).toEqual(['comes', 'written', 'settled'])
})

test('an attempt that fails is in doubt no longer', async () => {
  const failing = inDoubt.within(async (doubt) => {
    await doubt.comes()
    throw new Error('the database is away')
  })
  await expect(failing).rejects.toThrow('the database is away')
  await write()
  expect(done).toEqual(['written'])
})

test('where several write at once, none waits', async () => {
  inDoubt = new InDoubt(4, () => now)
  const delivery = attempt('after the dot')
  await Promise.resolve()
  await write()
  await delivery.end()
  expect(done).toEqual(['comes', 'written', 'settled'])
})

test('one whose dot goes out while a write waits has no longer than others', async () => {
  vi.useFakeTimers()
  inDoubt = new InDoubt(1, () => Date.now())
  let begin = (): void => {}
  const { promise, resolve } = withResolvers()
  const delivery = inDoubt.within(async (doubt) => {
    await doubt.comes()
    begin = () => doubt.begins()
    await promise
  })
  const writing = write()
  await vi.advanceTimersByTimeAsync(5)
  begin()
  await vi.advanceTimersByTimeAsync(25)
  expect(done).toEqual(['written'])
  resolve()
  await Promise.all([delivery, writing])
})
