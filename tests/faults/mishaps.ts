/**
 * What goes wrong around a daemon in a long life, one thing after another and all over again: the
 * network on both sides, and a mail server that is out of sorts. Each one ends by itself or is ended.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { SmtpFault } from '../../src/demo/smtp/faults.ts'
import type { FaultProxy, NetworkMischief } from '../kit/fault-proxy.ts'
import type { Traffic } from './traffic.ts'

const ON_THE_LINE: readonly NetworkMischief[] = [
  { do: 'reset' },
  { do: 'cut' },
  { do: 'freeze' },
  { do: 'drip', everyMs: 5 },
  { do: 'delay', ms: 2_000 },
]

const AT_THE_SERVER: readonly SmtpFault[] = [
  { at: 'data', do: 'reply', with: '451 4.3.0 Try again later', times: 3 },
  { at: 'rcpt', do: 'reply', with: '450 4.7.1 Greylisted', times: 2 },
  { at: 'accepted', do: 'drop' },
  { at: 'mail', do: 'reply', with: '452 4.3.1 Insufficient system storage', times: 2 },
]

/** Somewhere in the answers to a few commands, or in a message. */
const BYTES_MAX = 40_000

export interface Surroundings {
  readonly traffic: Traffic
  readonly imap: FaultProxy
  readonly smtp: FaultProxy
}

export interface Pace {
  readonly everyMs: number
  /** What a line that stands still is left for, before its connections are ended. */
  readonly standstillMs: number
}

/** One mishap after another until the signal; returns how many there were. */
export async function mishaps(
  { traffic, imap, smtp }: Surroundings,
  { everyMs, standstillMs }: Pace,
  signal: AbortSignal,
): Promise<number> {
  let count = 0
  while (await passes(everyMs, signal)) {
    const turn = Math.floor(count / 3)
    if (count % 3 === 2) traffic.world.smtp.faults.add(nth(AT_THE_SERVER, turn))
    else {
      const proxy = count % 3 === 0 ? imap : smtp
      const atByte = Math.floor(Math.random() * BYTES_MAX)
      proxy.add({ from: count % 2 === 0 ? 'server' : 'client', atByte, ...nth(ON_THE_LINE, turn) })
      await passes(standstillMs, signal)
      proxy.resetAll()
    }
    count += 1
  }
  return count
}

const nth = <T>(list: readonly T[], turn: number): T => list[turn % list.length] as T

/** False: the signal came first. */
export async function passes(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal })
    return true
  } catch {
    return false
  }
}
