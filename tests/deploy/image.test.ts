/**
 * The image without a Docker engine: what its last stage copies, in a directory of its own, with the
 * packages that are left for production, run as its user, healthy by its own check.
 */
import { execFileSync, spawn } from 'node:child_process'
import { chownSync, cpSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { serverUser } from '../kit/daemon-process.ts'
import { freePort } from '../kit/ports.ts'
import { until } from '../kit/running-desk.ts'
import { scratchDirectories } from '../kit/scratch.ts'
import { ROOT } from '../kit/source-tree.ts'

const scratch = scratchDirectories('image')
const dockerfile = readFileSync(path.join(ROOT, 'deploy/docker/Dockerfile'), 'utf8')
const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))

/** What is taken over from the stage that builds, relative to the root. */
const copied = [...last.matchAll(/^COPY --from=build (.+) (\S+)$/gm)].flatMap(([, from = '']) =>
  from.split(' ').map((file) => file.replace('/opt/postroom/', '')),
)

/** What the image sets, and where its commands run. */
const variables = Object.fromEntries(
  [...last.matchAll(/^(?:ENV| {3}) (\w+)=(\S+)/gm)].map(([, name, value]) => [name, value]),
)
const workdir = /^WORKDIR (\S+)$/m.exec(last)?.[1] ?? ''

/** As the image has it: a packages directory without what only development needs. */
function laidOut(): string {
  const directory = path.join(scratch.make(), 'postroom')
  mkdirSync(directory)
  for (const name of copied.filter((one) => one !== 'node_modules')) {
    cpSync(path.join(ROOT, name), path.join(directory, name), { recursive: true })
  }
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: directory, stdio: 'pipe' })
  cpSync(path.join(ROOT, 'package-lock.json'), path.join(directory, 'package-lock.json'))
  // Links cost nothing, and pruning removes whole packages.
  run('cp', '-al', path.join(ROOT, 'node_modules'), 'node_modules')
  // What npm writes itself must be a file of its own.
  const written = 'node_modules/.package-lock.json'
  run('rm', written)
  cpSync(path.join(ROOT, written), path.join(directory, written))
  run('npm', 'prune', '--omit=dev', '--offline', '--ignore-scripts', '--no-audit', '--no-fund')
  run('chmod', '-R', 'a+rX', '.')
  return directory
}

test('the last stage is the daemon, needs no file, and is healthy by its own check', async () => {
  const root = laidOut()
  const port = await freePort()
  const data = scratch.make()
  const { uid, gid } = serverUser()
  if (process.getuid?.() === 0) chownSync(data, uid, gid)
  execFileSync('chmod', ['755', path.dirname(root), path.dirname(data)])
  const env = {
    PATH: process.env['PATH'],
    ...variables,
    POSTROOM_DATA_DIR: data,
    POSTROOM_LISTEN: `127.0.0.1:${port}`,
  }
  const user = process.getuid?.() === 0 ? { uid, gid } : {}
  const daemon = spawn(process.execPath, [path.join(root, 'dist/main.js'), 'serve'], {
    cwd: workdir.replace('/opt/postroom', root),
    env,
    stdio: 'pipe',
    ...user,
  })
  let said = ''
  for (const stream of [daemon.stdout, daemon.stderr]) {
    stream.on('data', (piece: Buffer) => {
      said += piece.toString()
    })
  }
  const left = new Promise<number | null>((resolve) => daemon.once('exit', resolve))
  try {
    const check = healthCheck().map((word) => word.replace('8025', String(port)))
    await until('the health check to pass', () => {
      if (daemon.exitCode !== null) throw new Error(`the daemon ended: ${said}`)
      try {
        execFileSync(check[0] ?? '', check.slice(1), { env, stdio: 'pipe' })
        return true
      } catch {
        return false
      }
    })
    const page = await fetch(`http://127.0.0.1:${port}/`)
    expect(page.headers.get('content-type')).toContain('text/html')
  } finally {
    daemon.kill('SIGTERM')
  }
  expect(await left).toBe(0)
}, 120_000)

function healthCheck(): string[] {
  const command = /^HEALTHCHECK .*? CMD (\[.+\])$/m.exec(last)?.[1]
  return JSON.parse(command ?? '[]') as string[]
}

test('compose reads: nothing writable but the data, nothing open but to this machine', () => {
  const file = readFileSync(path.join(ROOT, 'deploy/docker/compose.yaml'), 'utf8')
  const { services } = parse(file) as { services: Record<string, Record<string, unknown>> }
  expect(services['postroom']).toMatchObject({
    ports: ['127.0.0.1:8025:8025'],
    // Where it is looked for, unless another file is named.
    volumes: ['data:/var/lib/postroom', `./postroom.yaml:${workdir}/config/postroom.yaml:ro`],
    read_only: true,
    cap_drop: ['ALL'],
  })
  expect(services['database']).toMatchObject({ profiles: ['postgres'] })
})

test('nothing of a checkout’s own gets into the image', () => {
  const ignored = readFileSync(path.join(ROOT, '.dockerignore'), 'utf8').split('\n')
  for (const name of ['.git', 'node_modules', 'config/postroom.yaml', 'data']) {
    expect(ignored).toContain(name)
  }
})
