/** A process that takes the lock of a database file and keeps it until it is killed. */
import { lockFile } from '../../src/store/single-process.ts'

await lockFile(process.argv[2] ?? '', process.pid)
process.send?.('locked')
setInterval(() => {}, 60_000)
