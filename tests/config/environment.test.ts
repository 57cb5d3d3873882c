import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { configDirectory, imap, INBOX, inbox, load, refusal } from './load.ts'

describe('the environment', () => {
  test('wins over the file', () => {
    const env = {
      POSTROOM_LISTEN: '[::1]:9000',
      POSTROOM_PUBLIC_URL: 'https://desk.acme.test/',
      POSTROOM_LOG_LEVEL: 'debug',
      POSTROOM_DATABASE_URL: 'postgres://desk:hunter2@db.acme.test/desk',
    }
    expect(load('listen: 127.0.0.1:1\nlog: { level: error }\n', { env })).toMatchObject({
      listen: { host: '::1', port: 9000 },
      publicUrl: 'https://desk.acme.test',
      log: { level: 'debug' },
      database: { kind: 'postgres', shown: 'postgres://db.acme.test/desk' },
    })
  })

  test('is named where its value is wrong', () => {
    const env = { POSTROOM_LISTEN: 'here', POSTROOM_LOG_LEVEL: 'loud' }
    const { message } = refusal(() => load('', { env }))
    expect(message).toContain('POSTROOM_LISTEN: listen is not host:port')
    expect(message).toContain('POSTROOM_LOG_LEVEL: log.level must be one of')
  })

  const URLS: readonly [url: string, want: object][] = [
    [
      'imaps://a:b@mail.acme.test',
      { host: 'mail.acme.test', port: 993, tls: 'implicit', folder: 'INBOX' },
    ],
    ['imaps://a:b@mail.acme.test:1993/Work%2FDesk', { port: 1993, folder: 'Work/Desk' }],
    ['imap://a:b@mail.acme.test', { port: 143, tls: 'starttls' }],
    ['imap://a:b@127.0.0.1:3143', { port: 3143, tls: 'none' }],
    ['imap://a:b@localhost', { tls: 'none' }],
    ['imap://a:b@[::1]:143', { host: '::1', tls: 'none' }],
    ['imaps://me%40acme.test:p%2Fw@mail.acme.test', { user: 'me@acme.test' }],
    ['imaps://a:50%off@mail.acme.test', { user: 'a' }],
  ]
  test.each(URLS)('makes one inbox named Support of %s', (url, want) => {
    const env = {
      POSTROOM_IMAP_URL: url,
      POSTROOM_SMTP_URL: 'smtp://a:b@127.0.0.1:2525',
      POSTROOM_ADDRESS: 'support@acme.test',
    }
    const { inboxes } = load('', { env })
    expect(inboxes).toMatchObject([{ name: 'Support', address: 'support@acme.test', imap: want }])
  })

  test('keeps the password of a URL, % and all', () => {
    const env = {
      POSTROOM_IMAP_URL: 'imaps://a:p%2Fw@mail.acme.test',
      POSTROOM_SMTP_URL: 'smtps://a:50%off@mail.acme.test',
      POSTROOM_ADDRESS: 'support@acme.test',
    }
    const [support] = load('', { env }).inboxes
    expect(support?.imap.password?.reveal()).toBe('p/w')
    expect(support?.smtp.password?.reveal()).toBe('50%off')
  })

  test.each(['http://a:b@x', 'smtp://a:b@x', 'mail.acme.test', 'imaps://'])(
    'is refused when POSTROOM_IMAP_URL is %s',
    (url) => {
      const { message } = refusal(() => load('', { env: { POSTROOM_IMAP_URL: url } }))
      expect(message).toContain('POSTROOM_IMAP_URL: is not a URL such as imaps://')
    },
  )

  test('is laid over the inbox of the file that has the same name', () => {
    const env = { POSTROOM_IMAP_URL: 'imaps://other:pw@elsewhere.test' }
    const [support, ...others] = load(`${imap('done: seen')}`, { env }).inboxes
    expect(support).toMatchObject({
      address: 'support@acme.test',
      imap: { host: 'elsewhere.test', user: 'other', done: { do: 'seen' } },
    })
    expect(others).toEqual([])
  })
})

describe('the inbox of the environment', () => {
  const TWO = `${INBOX.replace('Support', 'Help').replace('support@', 'help@')}${INBOX.replace('inboxes:\n', '')}`
  const names = (source: string) => load(source, { env: ENV }).inboxes.map(({ name }) => name)
  const ENV = {
    POSTROOM_IMAP_URL: 'imaps://a:hunter2@mail.acme.test',
    POSTROOM_SMTP_URL: 'smtps://a:hunter2@mail.acme.test',
    POSTROOM_ADDRESS: 'support@acme.test',
  }

  test('stays where it stands in the file, and a new one comes last', () => {
    expect(names(TWO)).toEqual(['Help', 'Support'])
    expect(names(TWO.replace('Support', 'Sales').replace('support@', 'sales@'))).toEqual([
      'Help',
      'Sales',
      'Support',
    ])
  })

  test('leaves the mistakes of the others where they are', () => {
    const { message } = refusal(() =>
      load(TWO.replace('host: imap', 'done: eat, host: imap'), { env: ENV }),
    )
    expect(message).toMatch(/postroom\.yaml:4:\d+: inboxes\[0\]\.imap\.done is not one of/)
  })

  test('is named by its variable where its value is wrong, wherever it stands', () => {
    const env = { ...ENV, POSTROOM_ADDRESS: 'support' }
    const { message } = refusal(() => load(TWO, { env }))
    expect(message).toContain('POSTROOM_ADDRESS: inboxes[1].address is not an email address')
  })
})

describe('a password of the environment', () => {
  const FROM_FILE: readonly string[] = [
    'password: other',
    'password_file: not-there',
    'oauth: { provider: google, client_id: desk, refresh_token_file: token }',
  ]
  test.each(FROM_FILE)('wins over %s of the file', (other) => {
    const env = { POSTROOM_IMAP_URL: 'imaps://a:hunter2@mail.acme.test' }
    const [support] = load(inbox(`{ host: x, user: b, ${other} }`), { env }).inboxes
    expect(support?.imap).toMatchObject({ host: 'mail.acme.test', user: 'a', oauth: null })
    expect(support?.imap.password?.reveal()).toBe('hunter2')
  })

  test('that is not there leaves the one of the file', () => {
    const source = inbox('{ host: x, user: b, password_file: secret }')
    const env = { POSTROOM_IMAP_URL: 'imaps://a@mail.acme.test' }
    const [support] = load(source, { env, files: { secret: 'hunter2' } }).inboxes
    expect(support?.imap.password?.reveal()).toBe('hunter2')
  })
})

describe('bad input 182: what looks like a variable', () => {
  const SERVERS = {
    POSTROOM_IMAP_URL: 'imaps://a:p%24%7BX9%7Dq@mail.acme.test',
    POSTROOM_SMTP_URL: 'smtps://a:%24%7BPASSWORD%7D@mail.acme.test',
  }

  test('is only a password where a variable of ours holds it', () => {
    const env = { ...SERVERS, POSTROOM_ADDRESS: 'support@acme.test' }
    const [support] = load('', { env }).inboxes
    expect(support?.imap.password?.reveal()).toBe('p${X9}q')
    expect(support?.smtp.password?.reveal()).toBe('${PASSWORD}')
  })

  test('there hides no other mistake of the same variable', () => {
    const { message } = refusal(() => load('', { env: SERVERS }))
    expect(message).toContain('POSTROOM_IMAP_URL: inboxes[0].address is missing')
    expect(message).not.toMatch(/X9|PASSWORD/)
  })

  test('is still a mistake of the file beside a variable that sets other keys', () => {
    const source = inbox('{ host: a, user: b, password: "${IMAP_PASSWORD}" }')
    const env = { POSTROOM_IMAP_URL: 'imaps://a@mail.acme.test' }
    const { message } = refusal(() => load(source, { env }))
    expect(message).toContain('inboxes[0].imap.password holds ${IMAP_PASSWORD}')
  })

  test('is no mistake of the file where a variable sets that key', () => {
    const source = inbox('{ host: a, user: b, password: "${IMAP_PASSWORD}" }')
    const env = { POSTROOM_IMAP_URL: 'imaps://a:hunter2@mail.acme.test' }
    expect(load(source, { env }).inboxes[0]?.imap.password?.reveal()).toBe('hunter2')
  })

  test.each(['p${X9}q', '${hunter2}', '${hunter2:-x}', '${A}${B}'])(
    'in the password %s of the file may be a part of it, and is not shown',
    (password) => {
      const source = inbox(`{ host: a, user: b, password: ${JSON.stringify(password)} }`)
      const { message } = refusal(() => load(source))
      expect(message).toMatch(
        /postroom\.yaml:4:\d+: inboxes\[0\]\.imap\.password holds what looks like a variable, and /,
      )
      expect(message).not.toMatch(/X9|hunter2|\$/)
    },
  )

  test('is told once, with the other mistakes of its line', () => {
    const source = inbox('{ host: a, user: b, password: c, port: "${PORT}", tls: ssl }')
    const { message } = refusal(() => load(source))
    expect(message).toMatch(/^The configuration has 2 mistakes:\n/)
  })
})

describe('a secret', () => {
  const config = load(INBOX, { env: { POSTROOM_DATABASE_URL: 'postgres://a:hunter2@db/x' } })

  test.each([
    ['JSON', JSON.stringify(config)],
    ['the inspector', inspect(config, { depth: 9, showHidden: true })],
    ['a template string', `${String(config.inboxes[0]?.imap.password)}`],
    ['its keys and values', Object.entries(config.inboxes[0]?.imap.password ?? {}).join()],
  ])('does not print in %s', (_where, printed) => {
    expect(printed).not.toContain('hunter2')
  })

  test('in a file is read without its line end', () => {
    const source = inbox('{ host: a, user: b, password_file: secret }')
    const { inboxes } = load(source, { files: { secret: ' hunter2 \r\n' } })
    expect(inboxes[0]?.imap.password?.reveal()).toBe(' hunter2 ')
  })

  const OPEN: readonly [what: string, source: string, readable: string, warns: string][] = [
    ['a password in the file', INBOX, 'postroom.yaml', 'imap.password stands in a file'],
    [
      'a password of the database',
      'database: postgres://a:hunter2@db/x\n',
      'postroom.yaml',
      'database',
    ],
    [
      'a password file',
      inbox('{ host: a, user: b, password_file: secret }'),
      'secret',
      'everybody on this machine can read',
    ],
  ]
  test.each(OPEN)(
    'bad input 178: that everybody can read is a warning: %s',
    (_what, source, readable, warns) => {
      const directory = configDirectory()
      writeFileSync(path.join(directory, 'postroom.yaml'), source, { mode: 0o600 })
      writeFileSync(path.join(directory, 'secret'), 'hunter2\n', { mode: 0o600 })
      const warnings = () => loadConfig('postroom.yaml', {}, directory).warnings.join('\n')
      expect(warnings()).not.toContain(warns)
      chmodSync(path.join(directory, readable), 0o644)
      expect(warnings()).toContain(warns)
      expect(warnings()).not.toContain('hunter2')
    },
  )

  test('of the environment is no warning, whoever can read the file', () => {
    const directory = configDirectory()
    writeFileSync(path.join(directory, 'postroom.yaml'), '', { mode: 0o644 })
    const env = {
      POSTROOM_IMAP_URL: 'imaps://a:hunter2@mail.acme.test',
      POSTROOM_SMTP_URL: 'smtps://a:hunter2@mail.acme.test',
      POSTROOM_ADDRESS: 'support@acme.test',
    }
    expect(loadConfig('postroom.yaml', env, directory).warnings).toEqual([])
  })
  test('of the file is one beside a variable that sets other keys', () => {
    const directory = configDirectory()
    writeFileSync(path.join(directory, 'postroom.yaml'), INBOX, { mode: 0o644 })
    const env = { POSTROOM_IMAP_URL: 'imaps://a@mail.acme.test' }
    const warnings = loadConfig('postroom.yaml', env, directory).warnings.join('\n')
    expect(warnings).toContain('inboxes[0].imap.password stands in a file')
  })
})
