import { expect, test } from 'vitest'
import { configFrom } from '../src/config.ts'
import { linksLeadHere } from '../src/workplace.ts'

const inbox = (host: string) => {
  const server = { host, user: 'support', password: 'secret', port: 993, tls: 'implicit' }
  return { name: 'Support', address: 'support@acme.test', imap: server, smtp: server }
}

test.each([
  ['http://127.0.0.1:8025', 'mail.acme.test', false],
  ['http://localhost:8025', 'mail.acme.test', false],
  ['http://[::1]:8025', 'mail.acme.test', false],
  ['http://127.0.0.1:8025', '127.0.0.1', true],
  ['https://desk.acme.test', 'mail.acme.test', true],
])('customers are sent links to %s by %s: %s', (publicUrl, host, sent) => {
  const tree = { public_url: publicUrl, data_dir: './data', inboxes: [inbox(host)] }
  expect(linksLeadHere(configFrom(tree, { env: {}, baseDir: '/' }))).toBe(sent)
})
