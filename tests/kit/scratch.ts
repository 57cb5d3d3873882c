/** Scratch directories of tests: removed when all went well, kept and named when it did not. */
import { afterAll, afterEach } from 'vitest'
import { makeScratch, removeScratch } from './scratch-directory.ts'

/** POSTROOM_KEEP=1 keeps every scratch directory, also of tests that passed. */
const KEEP = process.env.POSTROOM_KEEP === '1'

export interface ScratchKeeper {
  /** A new directory that lives until the end of the surrounding describe block. */
  make(): string
  /** True once a test of this block failed: artefacts are going to be kept. */
  failed(): boolean
}

/**
 * Scratch directories for the surrounding describe block (or file). `beforeRemoval` runs first,
 * knowing whether the directories stay, to add what a reader of a failure wants to see.
 */
export function scratchDirectories(
  name: string,
  beforeRemoval: (kept: boolean) => Promise<void> = async () => {},
): ScratchKeeper {
  const paths: string[] = []
  let failed = false

  afterEach((context) => {
    if (context.task.result?.state === 'fail') failed = true
  })

  afterAll(async () => {
    const kept = failed || KEEP
    await beforeRemoval(kept)
    for (const path of paths) {
      if (kept) process.stderr.write(`\nkept for inspection: ${path}\n`)
      else removeScratch(path)
    }
  })

  return {
    make() {
      const path = makeScratch(name)
      paths.push(path)
      return path
    },
    failed: () => failed,
  }
}
