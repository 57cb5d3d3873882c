/** Rows 1-48 of the table of bad inputs: the structure and the size of a message. */
import { afterAll } from 'vitest'
import { eachDatabase } from '../kit/databases.ts'
import { onDesk } from '../kit/desk-context.ts'
import { sharedParser } from '../kit/running-desk.ts'
import { makeScratch, removeScratch } from '../kit/scratch-directory.ts'
import { COSTLY, STRUCTURE } from './mime-rows.ts'
import { takesAll } from './takes-all.ts'

const scratch = makeScratch('bad-mime')
const parser = sharedParser(scratch)
afterAll(async () => {
  await parser.close()
  removeScratch(scratch)
})

eachDatabase('a structure that is wrong', (fresh) => takesAll(fresh, parser, STRUCTURE), onDesk)
eachDatabase('a message made to be slow', (fresh) => takesAll(fresh, parser, COSTLY), onDesk)
