/**
 * Processor time by process: steadier than the clock on a machine that others use, and it says
 * where the time goes. From /proc; elsewhere there are no such figures.
 */
import { readFileSync } from 'node:fs'

/** USER_HZ, which Linux fixes at 100 for everything in /proc. */
const TICK_MS = 10

/** Milliseconds a process and its threads have run; 0 when it is gone or there is no /proc. */
export function cpuMsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // After the name, which may hold anything: state is field 3, utime and stime are 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  } catch {
    return 0
  }
}

/** What a process has had read from a disk since it began; 0 where there is no /proc. */
export function diskReadBytes(pid: number): number {
  try {
    const io = readFileSync(`/proc/${pid}/io`, 'utf8')
    return Number(/^read_bytes: (\d+)$/mu.exec(io)?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** The processes this one started, and that are still there. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter((text) => text !== '')
      .map(Number)
  } catch {
    return []
  }
}
