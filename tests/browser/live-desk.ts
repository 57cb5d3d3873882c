/** One desk for the tests of a file. */
import { afterAll, beforeAll } from 'vitest'
import type { Daemon } from '../../src/daemon.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { type LiveDesk, startDesk } from './start-desk.ts'

type Tree = Readonly<Record<string, unknown>>

/** `tree` is laid over its configuration; a function when it is known only as the desk starts. */
export function liveDesk(tree: Tree | (() => Tree) = {}): LiveDesk {
  const scratch = scratchDirectories('browser')
  const stop = new AbortController()
  let desk: LiveDesk | null = null
  let daemon: Daemon | null = null
  beforeAll(async () => {
    const started = await startDesk(
      typeof tree === 'function' ? tree() : tree,
      scratch.make(),
      stop.signal,
    )
    desk = started.desk
    daemon = started.daemon
  })
  afterAll(async () => {
    stop.abort()
    await daemon?.done
    await desk?.world.close()
  })
  const running = (): LiveDesk => {
    if (desk === null) throw new Error('the desk is not started yet')
    return desk
  }
  return {
    get url() {
      return running().url
    },
    get world() {
      return running().world
    },
    get as() {
      return running().as
    },
    arrives: (source) => running().arrives(source),
    mailsOf: (address) => running().mailsOf(address),
  }
}
