/** `postroom serve` and signals. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const HANGING = path.join(import.meta.dirname, 'kit', 'hanging-start.ts')

test.each([
  ['while it starts', 'late'],
  ['before it starts', 'early'],
])(
  'a daemon that is told to stop %s has no longer for it than one that runs',
  async (_when, when) => {
    const child = fork(HANGING, [when])
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = once(child, 'exit')
    await once(child, 'message')
    if (when === 'late') child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  },
)
