/**
 * What the starters share: where the package is, how they speak, how they run another program.
 * Everything they say goes to stderr; stdout belongs to the command that is started.
 */
import { spawn } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

export const say = (text) => process.stderr.write(`postroom: ${text}\n`)

/** A failure whose text is for the person at the terminal; no stack is printed. */
export class Failure extends Error {}

/** Runs the body of a starter; its failures become one paragraph on stderr and an exit code. */
export async function runStarter(body) {
  try {
    await body()
  } catch (err) {
    if (!(err instanceof Failure)) throw err
    say(err.message)
    process.exitCode = 1
  }
}

/** True in the file that was named on the command line, false where it was only imported. */
export const isStartedDirectly = (importMetaUrl) =>
  fileURLToPath(importMetaUrl) === realpathSync(process.argv[1])

/**
 * Runs a program to its end and returns its exit code and the last of what it printed.
 * `onWait` is called every 15 seconds, so that long silence does not look like a hang.
 */
export function runQuietly(command, args, { env = process.env, onWait = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const startedAt = Date.now()
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const heartbeat = setInterval(() => {
      onWait(Math.round((Date.now() - startedAt) / 1000))
    }, 15_000)
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', (err) => {
      clearInterval(heartbeat)
      reject(err)
    })
    child.once('close', (code) => {
      clearInterval(heartbeat)
      resolve({ code: code ?? 1, output })
    })
  })
}

export const lastLines = (text, count) => text.trimEnd().split('\n').slice(-count).join('\n')
