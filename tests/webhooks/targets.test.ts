import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { configFrom } from '../../src/config.ts'
import { post } from '../../src/webhooks/post.ts'
import {
  allowedTargets,
  BadTarget,
  findTarget,
  isPublic,
  parseTarget,
} from '../../src/webhooks/targets.ts'

const NOTHING = allowedTargets([])
const signal = new AbortController().signal

/** A receiver on loopback that counts who connects. */
async function receiver(answer: (url: string) => { status: number; headers?: object }) {
  const seen: { url: string; host: string | undefined }[] = []
  const server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', host: request.headers.host })
    const { status, headers = {} } = answer(request.url ?? '')
    response.writeHead(status, { ...headers }).end('hello')
  })
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, seen, connections: () => connections }
}

describe('an address that is not for webhooks', () => {
  test.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://127.0.1/',
    'https://0/',
    'https://0.0.0.0/',
    'https://2130706433/',
    'https://017700000001/',
    'https://0177.0.0.1/',
    'https://0x7f.1/',
    'https://0x7f000001/',
    'https://0x7f.0x0.0x0.0x1/',
    'https://127.255.255.254/',
    'https://１２７.０.０.１/',
    'https://①②⑦.0.0.1/',
    'https://127。0。0。1/',
    'https://127.0.0.1./',
    'https://[::1]/',
    'https://[::]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::7f00:1]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:0:7f00:1::]/',
    'https://[fe80::1]/',
    'https://[fc00::1]/',
    'https://[fd00:ec2::254]/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://192.0.0.1/',
    'https://198.18.0.1/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://127.0.0.1:8443/',
    'http://8.8.8.8/',
    'https://8.8.8.8:22/',
    'https://user@8.8.8.8/',
    'https://user:secret@8.8.8.8/',
    'ftp://8.8.8.8/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/plain,x',
    '//8.8.8.8/',
    'example.org',
    'https://',
  ])('bad input 177: %s', async (url) => {
    const resolve = async (): Promise<string[]> => {
      throw new Error('nothing to look up')
    }
    await expect(findTarget(url, NOTHING, resolve)).rejects.toThrow(BadTarget)
  })

  test('a name, when one of its addresses is private', async () => {
    for (const addresses of [
      ['127.0.0.1'],
      ['8.8.8.8', '127.0.0.1'],
      ['2606:4700::1111', 'fe80::1'],
      ['::ffff:10.0.0.1'],
      ['fe80::1%eth0'],
      [],
    ]) {
      const found = findTarget('https://evil.test/', NOTHING, async () => addresses)
      await expect(found).rejects.toThrow(BadTarget)
    }
  })

  test.each(['https://example.com:22/', 'http://example.com/', 'http://example.com:8443/'])(
    'a name with a scheme or port that is not for webhooks: %s',
    async (url) => {
      expect(() => parseTarget(url, NOTHING)).toThrow(BadTarget)
      // A name may lead into the network that is allowed, but not one that nobody knows.
      const network = allowedTargets(['10.0.0.0/8'])
      expect(parseTarget(url, network).href).toBe(url)
      expect((await findTarget(url, network, async () => ['10.0.0.1'])).address).toBe('10.0.0.1')
      for (const resolve of [async () => ['8.8.8.8'], async () => Promise.reject(new Error('no'))])
        await expect(findTarget(url, network, resolve)).rejects.toThrow(BadTarget)
      const named = allowedTargets(['example.com'])
      expect((await findTarget(url, named, async () => ['8.8.8.8'])).isNamed).toBe(true)
    },
  )

  test('a name that cannot be looked up is not refused for that', async () => {
    const resolve = async () => Promise.reject(new Error('ENOTFOUND'))
    for (const url of ['https://example.com/', 'https://example.com:8443/'])
      await expect(findTarget(url, NOTHING, resolve)).rejects.toThrow('ENOTFOUND')
  })

  test('public ones are taken as they are', async () => {
    const both = async () => ['93.184.216.34', '2606:2800:220:1::1']
    expect(await findTarget('https://hooks.test/x', NOTHING, both)).toMatchObject({
      address: '93.184.216.34',
    })
    expect(isPublic('2606:4700:4700::1111')).toBe(true)
    expect(isPublic('8.8.8.8')).toBe(true)
    expect(isPublic('evil.test')).toBe(false)
  })
})

describe('what the configuration allows', () => {
  test('by address, network or name; nothing beside it', async () => {
    const allowed = allowedTargets(['127.0.0.0/8', '10.1.2.3', 'Chat.Internal'])
    const at = (url: string, ...addresses: string[]) =>
      findTarget(url, allowed, async () => addresses).then(({ address }) => address)
    expect(await at('http://127.0.0.1:9/x')).toBe('127.0.0.1')
    expect(await at('http://localhost:9/x', '::1', '127.0.0.1')).toBe('127.0.0.1')
    expect(await at('http://10.1.2.3:8080/')).toBe('10.1.2.3')
    expect(await at('http://chat.internal./', '192.168.3.4')).toBe('192.168.3.4')
    await expect(at('http://10.1.2.4/')).rejects.toThrow(/webhooks.allow_private/)
    await expect(at('http://sub.chat.internal/', '192.168.3.4')).rejects.toThrow(BadTarget)
    await expect(at('https://[::1]/')).rejects.toThrow(BadTarget)
  })

  test('an entry that is none of these is a mistake', () => {
    const config = (entry: string) =>
      configFrom({ webhooks: { allow_private: [entry] } }, { env: {}, baseDir: '/' }).webhooks
    expect(config('10.0.0.0/8')).toEqual({ allowPrivate: ['10.0.0.0/8'] })
    expect(config('fd00::/8').allowPrivate).toHaveLength(1)
    expect(config('n8n.internal').allowPrivate).toHaveLength(1)
    for (const wrong of ['10.0.0.0/33', 'http://x.test', '10.0.0', '', 'a b', '1.2.3.4/8/8']) {
      expect(() => config(wrong)).toThrow(/is not an address, a network or a host name/)
    }
  })
})

describe('a request', () => {
  test('goes to the address that was judged, whatever the name leads to by then', async () => {
    const { port, seen } = await receiver(() => ({ status: 204 }))
    const allowed = allowedTargets(['127.0.0.1'])
    const target = await findTarget(`http://rebound.test:${port}/hook`, allowed, async () => [
      '127.0.0.1',
    ])
    const posted = await post(target, { headers: {}, body: '{}' }, signal)
    expect(posted).toMatchObject({ status: 204, error: null })
    expect(seen).toEqual([{ url: '/hook', host: `rebound.test:${port}` }])
  })

  test('a name that turns private between two attempts is refused, and nobody is connected to', async () => {
    const { port, connections } = await receiver(() => ({ status: 204 }))
    const answers = [['93.184.216.34'], ['127.0.0.1']]
    const resolve = async () => answers.shift() ?? []
    const url = 'https://rebinding.test/'
    expect((await findTarget(url, NOTHING, resolve)).address).toBe('93.184.216.34')
    await expect(findTarget(`${url}:${port}`, NOTHING, resolve)).rejects.toThrow(BadTarget)
    expect(connections()).toBe(0)
  })

  test('does not follow redirects', async () => {
    const { port, seen } = await receiver((url) =>
      url === '/hook' ? { status: 302, headers: { Location: '/secret' } } : { status: 200 },
    )
    const allowed = allowedTargets(['127.0.0.1'])
    const target = await findTarget(`http://127.0.0.1:${port}/hook`, allowed, async () => [])
    const posted = await post(target, { headers: {}, body: '{}' }, signal)
    expect(posted.status).toBe(302)
    expect(seen.map(({ url }) => url)).toEqual(['/hook'])
  })

  test('keeps only the beginning of an answer that never ends', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'.repeat(20_000)), 1)
      response.on('close', () => clearInterval(timer))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => server.closeAllConnections())
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const url = new URL(`http://127.0.0.1:${port}/`)
    const posted = await post(
      { url, address: '127.0.0.1', isNamed: true },
      { headers: {}, body: 'x' },
      signal,
    )
    expect(posted.status).toBe(200)
    expect(posted.response).toHaveLength(1_000)
  })

  test.each([true, false])('keeps the answer only of hosts that are named: %s', async (isNamed) => {
    const { port } = await receiver(() => ({ status: 403 }))
    const url = new URL(`http://127.0.0.1:${port}/`)
    const posted = await post(
      { url, address: '127.0.0.1', isNamed },
      { headers: {}, body: '' },
      signal,
    )
    expect(posted).toMatchObject({ status: 403, response: isNamed ? 'hello' : null })
  })

  test('that cannot be made says why', async () => {
    const url = new URL('http://127.0.0.1:1/')
    const posted = await post(
      { url, address: '127.0.0.1', isNamed: true },
      { headers: {}, body: '' },
      signal,
    )
    expect(posted.status).toBe(null)
    expect(posted.error).toMatch(/ECONNREFUSED/)
  })
})
