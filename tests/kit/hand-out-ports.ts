/** Another process that wants ports, all from the same pair on: it tells them, and keeps them until it is ended. */
import { freePort } from './ports.ts'

const ports: number[] = []
while (ports.length < 5) ports.push(await freePort(Number(process.argv[2])))
// Whoever listens to his parent lives as long as that.
process.on('message', () => process.exit())
process.send?.(ports)
