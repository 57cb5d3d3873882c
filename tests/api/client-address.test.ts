import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { clientAddress, networkOf, proxiesOf } from '../../src/api/client-address.ts'

const from = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage

test.each([
  // Nobody is trusted: what the header says is anybody's word.
  [[], '192.0.2.1', '198.51.100.7', '192.0.2.1'],
  [['10.0.0.0/8'], '192.0.2.1', '198.51.100.7', '192.0.2.1'],
  [['10.0.0.0/8'], '10.1.2.3', '198.51.100.7', '198.51.100.7'],
  [['10.0.0.0/8'], '::ffff:10.1.2.3', '198.51.100.7', '198.51.100.7'],
  // From the right: the left was written by whoever asked.
  [['10.0.0.0/8'], '10.1.2.3', '203.0.113.9, 198.51.100.7', '198.51.100.7'],
  [['10.0.0.0/8'], '10.1.2.3', '198.51.100.7, 10.9.9.9', '198.51.100.7'],
  [['10.0.0.0/8'], '10.1.2.3', 'unknown', '10.1.2.3'],
  [['10.0.0.0/8'], '10.1.2.3', '', '10.1.2.3'],
  [['10.0.0.0/8'], '10.1.2.3', '10.4.4.4', '10.4.4.4'],
  [['::1'], '::1', '2001:db8::1', '2001:db8::1'],
  [['10.0.0.0/99', 'proxy', '10.0.0.0/x'], '10.1.2.3', '198.51.100.7', '10.1.2.3'],
])('trusting %j, %s with %j is %s', (trusted, remote, forwarded, expected) => {
  expect(clientAddress(from(remote, forwarded), proxiesOf(trusted))).toBe(expected)
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:0db8:0:0:ffff::', '2001:db8:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('the network of %s is %s', (address, expected) => {
  expect(networkOf(address)).toBe(expected)
})
