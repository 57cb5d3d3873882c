/** `postroom verify`: is everything there, and does it fit together? */
import { createHash } from 'node:crypto'
import type { Config } from '../config.ts'
import { EXIT, messageOf } from '../errors.ts'
import { referredAmong } from '../store/blob-garbage.ts'
import type { Blobs } from '../store/blobs.ts'
import { isCorrupt } from '../store/database-errors.ts'
import type { Queryable, Store } from '../store/open.ts'
import { noteUpkeep } from '../store/upkeep.ts'
import {
  type Broken,
  brokenInvariants,
  brokenPages,
  brokenReferences,
  EXAMPLES_MAX,
  INVARIANTS_COUNT,
  namesOf,
  referredBlobs,
  UNDAMAGED,
} from '../store/reads/invariants.ts'
import type { ExplainIo } from './explain.ts'
import { type Progress, withProgress } from './progress.ts'
import { demandDesk, withWorkplace } from './with-workplace.ts'

interface Verified {
  /** How much could be asked: a damaged database does not answer everything. */
  readonly checked: { invariants: number; blobs: number }
  readonly broken: readonly Broken[]
}

/** Exit code 0 when all holds, 1 when something does not. The desk remembers that, and nothing else changes. */
export async function runVerify(
  config: Config,
  { json }: { json: boolean },
  io: ExplainIo,
): Promise<number> {
  demandDesk(config)
  const { checked, broken } = await withProgress(io.stderr, (progress) =>
    verified(config, progress),
  )
  if (json) io.stdout.write(`${JSON.stringify({ ok: broken.length === 0, checked, broken })}\n`)
  else io.stdout.write(reportOf(broken, checked))
  return broken.length === 0 ? 0 : EXIT.failure
}

async function verified(config: Config, progress: Progress): Promise<Verified> {
  const checked = { invariants: 0, blobs: 0 }
  const broken: Broken[] = []
  await unlessDamaged(broken, () =>
    withWorkplace(config, async ({ store, context }) => {
      progress.show('the database')
      // The file itself first: if it is damaged, that is why the rest does not fit.
      await unlessDamaged(broken, async () => broken.push(...(await brokenPages(store))))
      await unlessDamaged(broken, async () => broken.push(...(await brokenReferences(store))))
      await unlessDamaged(broken, async () => {
        broken.push(...(await brokenInvariants(store.read, context.lifecycle)))
        checked.invariants = INVARIANTS_COUNT
      })
      await unlessDamaged(broken, async () => {
        const bytes = await verifyBlobs(store.read, context.blobs, progress)
        broken.push(...bytes.broken)
        checked.blobs = bytes.count
      })
      await remember(store, broken)
    }),
  )
  return { checked, broken }
}

/** Its daemon tells the admins. What is too damaged for that, the exit code tells. */
async function remember(store: Store, broken: readonly Broken[]): Promise<void> {
  const sentences = broken.map(({ invariant }) => `not true: ${invariant}`)
  const found = sentences.length === 0 ? null : sentences.join('; ')
  await noteUpkeep(store, { task: 'verify', found }, new Date()).catch(() => {})
}

/** A question that the damage of the file ends says that there is damage. */
async function unlessDamaged(broken: Broken[], ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask()
  } catch (err) {
    if (!isCorrupt(err)) throw err
    if (broken.some(({ invariant }) => invariant === UNDAMAGED)) return
    broken.push({ invariant: UNDAMAGED, examples: [messageOf(err)] })
  }
}

function reportOf(
  broken: readonly Broken[],
  checked: { invariants: number; blobs: number },
): string {
  const lines = broken.map(
    ({ invariant, examples }) => `broken: ${invariant}\n        not so: ${examples.join(', ')}\n`,
  )
  const sum = `${checked.invariants} invariants and ${checked.blobs} stored files checked: `
  const result = broken.length === 0 ? 'all hold' : `${broken.length} do not hold`
  return `${lines.join('')}${sum}${result}\n`
}

/** Every stored source and attachment is read again and must have the hash it is named by. */
export async function verifyBlobs(
  db: Queryable,
  blobs: Blobs,
  progress: Progress,
): Promise<{ count: number; broken: Broken[] }> {
  const lost: string[] = []
  const changed: string[] = []
  let count = 0
  for await (const sha256 of namesOf(db, referredBlobs)) {
    const hash = await hashOf(blobs, sha256)
    if (hash === null) lost.push(sha256)
    else if (hash !== sha256) changed.push(sha256)
    count += 1
    progress.show('stored files', count)
  }
  // What went meanwhile, with all that named it, is not missed.
  const named = await referredAmong(db, [...lost, ...changed])
  const broken = (invariant: string, shas: readonly string[]): Broken[] =>
    brokenBy(
      invariant,
      shas.filter((sha) => named.has(sha)),
    )
  return {
    count,
    broken: [
      ...broken('every stored source and attachment is there', lost),
      ...broken('every stored source and attachment is what it was', changed),
    ],
  }
}

const brokenBy = (invariant: string, examples: readonly string[]): Broken[] =>
  examples.length === 0 ? [] : [{ invariant, examples: examples.slice(0, EXAMPLES_MAX) }]

async function hashOf(blobs: Blobs, sha256: string): Promise<string | null> {
  const content = await blobs.open(sha256)
  if (content === null) return null
  const hash = createHash('sha256')
  for await (const chunk of content as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}
