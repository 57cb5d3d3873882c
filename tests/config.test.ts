import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../src/config.ts'
import { configDirectory, imap, INBOX, inbox, load, refusal, smtp } from './config/load.ts'

const BAD: readonly [what: string, source: string, ...says: (string | RegExp)[]][] = [
  ['bad input 179: YAML that is none', 'listen: [', 'postroom.yaml:1:'],
  ['bad input 179: a key twice', 'lifecycle: a\nlifecycle: b\n', 'postroom.yaml:2:1', /unique/i],
  ['bad input 179: a tab as indentation', 'log:\n\tlevel: info\n', 'postroom.yaml:2:', /tab/i],
  ['a list as the whole file', '- a\n- b\n', 'postroom.yaml', 'object'],
  ['a word as the whole file', 'hello\n', 'postroom.yaml', 'object'],
  ['two documents', 'lifecycle: a\n---\nlifecycle: b\n', 'postroom.yaml:', /document/],
  ['an alias of nothing', 'lifecycle: *nope\n', 'postroom.yaml', /nope/],
  ['an avalanche of aliases', avalanche(), 'postroom.yaml', /alias/i],
  [
    'bad input 180: an unknown key',
    'colour: red\n',
    'postroom.yaml:1:1',
    'unknown key "colour"',
    'known here: ',
  ],
  ['a key misspelt', 'listne: 127.0.0.1:1\n', 'postroom.yaml:1:1', 'did you mean "listen"?'],
  [
    'a nested key misspelt',
    imap('hots: x'),
    'postroom.yaml:4:',
    'unknown key "inboxes[0].imap.hots"',
    'did you mean "host"?',
  ],
  [
    'a missing key',
    inbox('{ user: a, password: b }'),
    'postroom.yaml:4:',
    'inboxes[0].imap.host is missing',
  ],
  [
    'bad input 181: a port that is a word',
    imap('port: 99x'),
    'postroom.yaml:4:',
    'inboxes[0].imap.port',
    'port number',
  ],
  ['a port too high', imap('port: 70000'), 'postroom.yaml:4:', 'not a port number'],
  ['a port with a fraction', imap('port: 1.5'), 'postroom.yaml:4:', 'inboxes[0].imap.port'],
  ['a port in words', imap('port: abc'), 'imap.port is not a port number; write a whole number'],
  [
    'a port alone',
    'listen: 8080\n',
    'postroom.yaml:1:9: listen is not host:port; write for example',
  ],
  ['a word for a list', 'agents: ana\n', 'agents must be a list, and is a text'],
  ['no lanes', smtp('lanes: 0'), 'postroom.yaml:5:', 'inboxes[0].smtp.lanes'],
  [
    'bad input 181: lanes without end',
    smtp('lanes: 1e99'),
    'postroom.yaml:5:',
    'inboxes[0].smtp.lanes',
  ],
  [
    'bad input 182: a variable for a password',
    INBOX.replace(
      'imap: { host: imap.acme.test, user: support, password: hunter2 }',
      'imap: { host: a, user: b, password: "${IMAP_PASSWORD}" }',
    ),
    'postroom.yaml:4:',
    'inboxes[0].imap.password holds ${IMAP_PASSWORD}',
    'not filled in',
    'password_file',
  ],
  [
    'bad input 182: a variable with a default, which may be a secret',
    imap('folder: "x${FOLDER:-hunter2}"'),
    'postroom.yaml:4:',
    'inboxes[0].imap.folder holds ${FOLDER}, ',
    'write the value itself',
  ],
  [
    'bad input 182: a variable for what a variable of ours can set',
    'database: postgres://desk:${DB_PASSWORD}@db/desk\n',
    'postroom.yaml:1:11: database holds ${DB_PASSWORD}',
    'set POSTROOM_DATABASE_URL',
  ],
  [
    'bad input 182: a variable without quotes between braces',
    inbox('{ host: a, user: b, password: ${IMAP_PASSWORD} }'),
    'postroom.yaml:4:',
    '${IMAP_PASSWORD}',
    'password_file',
  ],
  [
    'bad input 182: a piece of a password without quotes between braces, which is not shown',
    inbox('{ host: a, user: b, password: hun${hunter2}ter }'),
    'postroom.yaml:4:',
    'what looks like a variable stands for no value',
  ],
  [
    'bad input 182: what may be a piece of the password of a database, which is not shown',
    'database: postgres://desk:${hunter2}@db/desk\n',
    'postroom.yaml:1:11: database holds what looks like a variable, and',
  ],
  [
    'a host with a port',
    inbox('{ host: "mail.acme.test:993", user: a, password: b }'),
    'not a host name',
  ],
  ['an unknown kind of TLS', imap('tls: ssl'), 'must be one of implicit, starttls, none'],
  [
    'plain text to another machine',
    imap('tls: none'),
    'postroom.yaml:4:',
    'in the clear to imap.acme.test',
    'allow_insecure',
  ],
  [
    'a language that is none',
    INBOX.replace('    imap:', '    locale: deutsch_land\n    imap:'),
    'is not a language; write for example',
  ],
  [
    'a time zone that is none',
    INBOX.replace('    imap:', '    time_zone: Mars/Base\n    imap:'),
    'is not a time zone',
  ],
  [
    'a duration that is none',
    'reply_hold: soon\n',
    'postroom.yaml:1:13',
    'not a duration; write for example 30s',
  ],
  [
    'a rate that is none',
    'flood: { per_sender: many }\n',
    'postroom.yaml:1:',
    'not a rate; write for example',
  ],
  [
    'a proxy by its name',
    'trust_proxy: [127.0.0.1, nginx]\n',
    'postroom.yaml:1:26: trust_proxy[1] is not an address or a network; write for example 127.0.0.1 or 10.0.0.0/8',
  ],
  [
    'a network of proxies with too many bits',
    'trust_proxy: [10.0.0.0/99]\n',
    'trust_proxy[0] is not',
  ],
  ['a network of proxies without bits', 'trust_proxy: [10.0.0.0/]\n', 'trust_proxy[0] is not'],
  ['a proxy on a link', 'trust_proxy: ["fe80::1%eth0"]\n', 'trust_proxy[0] is not'],
  ['a rate per nothing', 'flood: { per_sender: 5/0s }\n', 'not a rate'],
  [
    'an address to listen at without port',
    'listen: localhost\n',
    'postroom.yaml:1:9',
    'not host:port',
  ],
  ['a public URL that is none', 'public_url: desk.acme.test\n', 'not an http or https URL'],
  [
    'an email address that is none',
    INBOX.replace('support@acme.test', 'support'),
    'postroom.yaml:3:',
    'not an email address',
  ],
  [
    'a database of another kind',
    'database: mysql://x\n',
    'postroom.yaml:1:11',
    'not sqlite:FILE or postgres://',
  ],
  [
    'a password and a password file',
    imap('password_file: x'),
    'both password and password_file; keep one',
  ],
  [
    'a password file that is missing',
    inbox('{ host: a, user: b, password_file: secret }'),
    'postroom.yaml:4:',
    '/secret cannot be read',
  ],
  ['no password at all', inbox('{ host: a, user: b }'), 'needs user and password'],
  ['a CA file that is missing', imap('tls_ca_file: ca.pem'), '/ca.pem cannot be read'],
  [
    'bad input 183: the same inbox name twice',
    INBOX + INBOX.replace('inboxes:\n', '').replace('support@', 'help@'),
    'is also the name of inboxes[0]',
  ],
  [
    'bad input 183: the same address twice',
    INBOX + INBOX.replace('inboxes:\n', '').replace('Support', 'Help'),
    'the address support@acme.test is in inboxes[0] and inboxes[1]',
  ],
  [
    'an address with a tag of its own',
    INBOX.replace('support@', 'support+it@'),
    'plus_addressing: false',
  ],
  [
    'something to do afterwards that is none',
    imap('done: delete'),
    'not one of keep, seen, move:<folder>',
  ],
  ['a control character in a name', INBOX.replace('Support', '"Sup\\nport"'), 'control characters'],
]

/** Ten references to ten references ... */
function avalanche(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let n = 1; n < 8; n += 1) {
    lines.push(`a${n}: &a${n} [${Array.from({ length: 10 }, () => `*a${n - 1}`).join(', ')}]`)
  }
  return `${lines.join('\n')}\n`
}

describe('a configuration with', () => {
  test.each(BAD)('%s is refused: what, where, and how to mend it', (_what, source, ...says) => {
    const { message, exitCode } = refusal(() => load(source))
    expect(exitCode).toBe(78)
    for (const said of says) {
      if (typeof said === 'string') expect(message).toContain(said)
      else expect(message).toMatch(said)
    }
    expect(message).not.toMatch(/hunter2|\n\s+at /)
  })

  test('a bracket that is never closed does not list all that follows from it', () => {
    const { message } = refusal(() =>
      load(
        'agents: [\n  - ana@acme.test\n  - { name: Ben }\n\ninboxes:\n  - name: S\n    imap:\n      host: a\n',
      ),
    )
    expect(message.match(/^ {2}postroom\.yaml:\d+:\d+: /gm)).toHaveLength(3)
  })

  test('a password file that cannot be read is not also said to have no password', () => {
    const { message } = refusal(() => load(inbox('{ host: a, user: b, password_file: secret }')))
    expect(message).toContain('/secret cannot be read')
    expect(message).not.toContain('needs user and password')
  })

  test('bad input 182: a variable for a number is told once, and not that it is no number', () => {
    const { message } = refusal(() => load(imap('port: "${PORT}"')))
    expect(message).toMatch(/^The configuration has one mistake:\n.*imap\.port holds \$\{PORT\}/)
  })

  test('several mistakes tells them all, each with its place', () => {
    const { message } = refusal(() => load(`listne: x\nreply_hold: soon\n${imap('port: 0')}`))
    expect(message).toMatch(/^The configuration has 3 mistakes:\n/)
    expect(message.match(/^ {2}postroom\.yaml:\d+:\d+: /gm)).toHaveLength(3)
  })
})

/** The lines about mistakes, in any order. */
const mistakes = (source: string, env: Record<string, string> = {}): string[] =>
  refusal(() => load(source, { env }))
    .message.split('\n')
    .slice(1)

describe('a key misspelt', () => {
  const OTHERS: readonly [what: string, source: string, says: RegExp][] = [
    [
      'a password file that is missing',
      inbox('{ host: a, user: b, password_file: secret }'),
      /:5:\d+: .*secret cannot be read/,
    ],
    ['no password', inbox('{ host: a, user: b }'), /:5:\d+: .*needs user and password/],
    ['plain text to another machine', imap('tls: none'), /:5:\d+: .*in the clear/],
    [
      'a database of another kind',
      `database: mysql://x\n${INBOX}`,
      /:2:11: database is not sqlite/,
    ],
    [
      'the same name twice',
      INBOX + INBOX.replace('inboxes:\n', '').replace('support@', 'help@'),
      /is also the name of/,
    ],
    [
      'the same address twice',
      INBOX + INBOX.replace('inboxes:\n', '').replace('Support', 'Help'),
      /the address support@acme\.test is in/,
    ],
    [
      'an unknown lifecycle',
      'lifecycle: nope\n',
      /:2:12: There is no lifecycle "nope".* Known are .*default/,
    ],
    [
      'an unknown provider of tokens',
      inbox('{ host: a, user: b, oauth: { provider: x, client_id: a, refresh_token_file: b } }'),
      /provider "x" is not one of/,
    ],
  ]
  test.each(OTHERS)('hides no other mistake: %s', (_what, source, says) => {
    const lines = mistakes(`listne: x\n${source}`)
    expect(lines).toEqual([
      expect.stringMatching(/^ {2}postroom\.yaml:1:1: unknown key "listne"/),
      expect.stringMatching(says),
    ])
  })
})

describe('what follows from a mistake is not told:', () => {
  const FOLLOWS: readonly [what: string, source: string, env?: Record<string, string>][] = [
    ['a misspelt password is no missing one', inbox('{ host: a, user: b, pasword: c }')],
    ['a password that is no text neither', inbox('{ host: a, user: b, password: 1 }')],
    ['an oauth without provider neither', inbox('{ host: a, user: b, oauth: { client_id: a } }')],
    ['an inbox that is a word has no other mistakes', 'inboxes: [support]\n'],
    [
      'a switch that is wrong leaves open what it would switch',
      imap('tls: none, allow_insecure: maybe'),
    ],
    [
      'a variable in the name of a file leaves open whether it is there',
      inbox('{ host: a, user: b, password_file: "${SECRETS}/imap" }'),
    ],
    [
      'a variable that is no URL leaves open what it would say',
      '',
      { POSTROOM_IMAP_URL: 'x', POSTROOM_SMTP_URL: 'smtps://a:b@c', POSTROOM_ADDRESS: 'a@b.test' },
    ],
  ]
  test.each(FOLLOWS)('%s', (what, source, env) => {
    // The oauth lacks two keys.
    expect(mistakes(source, env)).toHaveLength(what.includes('oauth') ? 2 : 1)
  })

  test('an inbox without name and address may still have other mistakes', () => {
    const source = imap('tls: none')
      .replace('name:', 'nam:')
      .replace('support@acme.test', 'support')
    expect(mistakes(source)).toEqual([
      expect.stringContaining('address is not an email address'),
      expect.stringContaining('unknown key "inboxes[0].nam"; did you mean "name"?'),
      expect.stringContaining('in the clear'),
    ])
  })
})

describe('what works, but seldom as it was meant, is a warning:', () => {
  test('bad input 184: an agent whose address is one of the desk', () => {
    const { warnings } = load(`agents: [support@acme.test]\n${INBOX}`)
    expect(warnings).toEqual([
      expect.stringMatching(/^support@acme\.test is an agent and an address of inboxes\[0\]/),
    ])
  })

  test('bad input 185: a login of another domain than the address that mail goes out from', () => {
    const smtp = (user: string) =>
      load(INBOX.replace(/smtp: .*/, `smtp: { host: a, user: ${user}, password: hunter2 }`))
    expect(smtp('desk@provider.test').warnings).toEqual([
      expect.stringContaining(
        'smtp.user is of provider.test and mail goes out from support@acme.test',
      ),
    ])
    expect(smtp('desk@acme.test').warnings).toEqual([])
    expect(smtp('apikey').warnings).toEqual([])
  })

  test('a desk that others reach and that neither has TLS nor stands behind a proxy', () => {
    const warnings = (more: string) => load(`${more}\n${INBOX}`).warnings
    const open = [
      expect.stringMatching(/^listen is .+, open to others, without TLS: .*trust_proxy/),
    ]
    for (const host of ['0.0.0.0', '192.0.2.1', '"[::]']) {
      const listen = `listen: ${host}:8025${host.startsWith('"') ? '"' : ''}`
      expect(warnings(listen)).toEqual(open)
      expect(warnings(`${listen}\npublic_url: http://desk.test`)).toEqual(open)
      expect(warnings(`${listen}\npublic_url: https://desk.test`)).toEqual([])
      expect(warnings(`${listen}\ntrust_proxy: [10.0.0.0/8]`)).toEqual([])
    }
    expect(warnings('listen: 127.0.0.1:8025')).toEqual([])
  })
})

test.each(['50%off', 'a$b', '$', '$5{6}', '${', '{}'])(
  'a password such as %s is only a password',
  (password) => {
    const source = inbox(`{ host: a, user: b, password: ${JSON.stringify(password)} }`)
    expect(load(source).inboxes[0]?.imap.password?.reveal()).toBe(password)
  },
)

describe('a file', () => {
  test('bad input 178: that does not exist is named, with what to do', () => {
    const refused = refusal(() => loadConfig('nope.yaml', {}, configDirectory()))
    expect(refused.message).toMatch(/nope\.yaml does not exist.*--config/)
    expect(refused.exitCode).toBe(78)
  })

  test('may be missing where the environment says enough, and not otherwise', () => {
    const cwd = configDirectory()
    for (const env of [
      { POSTROOM_DATA_DIR: 'here' },
      { POSTROOM_LISTEN: '127.0.0.1:0' },
      { POSTROOM_PUBLIC_URL: 'https://desk.acme.test' },
      { POSTROOM_LOG_LEVEL: 'warn' },
    ]) {
      expect(loadConfig(null, env, cwd)).toMatchObject({ file: null })
    }
    const nothing = { POSTROOM_LISTEN: '', HOME: '/' }
    expect(refusal(() => loadConfig(null, nothing, cwd)).message).toContain('postroom.example.yaml')
  })

  test('is what a variable of ours names, and an empty variable names none', () => {
    const env = { POSTROOM_CONFIG: '', POSTROOM_DATA_DIR: 'here' }
    expect(loadConfig(null, env, configDirectory())).toMatchObject({ file: null })
  })

  test('named by POSTROOM_CONFIG is read', () => {
    const directory = configDirectory()
    writeFileSync(path.join(directory, 'other.yaml'), 'lifecycle: strict\n')
    expect(loadConfig(null, { POSTROOM_CONFIG: 'other.yaml' }, directory).lifecycle).toBe('strict')
  })

  test('bad input 178: that is a directory cannot be read', () => {
    const cwd = configDirectory()
    mkdirSync(path.join(cwd, 'postroom.yaml'))
    const { message } = refusal(() => loadConfig('postroom.yaml', {}, cwd))
    expect(message).toMatch(/cannot be read: .*must be a file/)
  })

  test.each([
    ['empty', ''],
    ['only a comment', '# later\n'],
    ['with a byte order mark', '\uFEFFlifecycle: default\n'],
    ['with CRLF', 'lifecycle: default\r\nlog:\r\n  level: info\r\n'],
  ])('that is %s is fine', (_what, source) => {
    expect(load(source)).toMatchObject({ lifecycle: 'default', listen: { port: 8025 } })
  })

  test('decides what its relative paths mean', () => {
    const config = load('data_dir: ./here\nblobs: ../blobs\n')
    const directory = path.dirname(config.file ?? '')
    expect(config.dataDir).toBe(path.join(directory, 'here'))
    expect(config.blobs).toBe(path.join(directory, '../blobs'))
    expect(config.database).toEqual({
      kind: 'sqlite',
      file: path.join(directory, 'here/postroom.db'),
    })
  })
})

describe('defaults', () => {
  test.each([
    ['127.0.0.1:8077', 'http://127.0.0.1:8077'],
    ['localhost:8077', 'http://localhost:8077'],
    ['"[::1]:8077"', 'http://[::1]:8077'],
    ['0.0.0.0:8077', 'http://127.0.0.1:8077'],
  ])('links of a desk that listens on %s lead to %s', (listen, publicUrl) => {
    expect(load(`listen: ${listen}\n`).publicUrl).toBe(publicUrl)
  })

  test('are those of the contract', () => {
    expect(load(INBOX)).toMatchObject({
      publicUrl: 'http://127.0.0.1:8025',
      listen: { host: '127.0.0.1', port: 8025 },
      lifecycle: 'default',
      registration: 'approval',
      categories: ['Hardware', 'Software', 'General'],
      inboxes: [
        {
          imap: { port: 993, tls: 'implicit', folder: 'INBOX', done: { do: 'keep' } },
          smtp: { port: 587, tls: 'starttls', lanes: 5, rate: null },
          plusAddressing: true,
          agentTrust: 'token',
          ccJoin: 'opening',
          reopenWindowMs: 0,
          backlog: 'recent',
        },
      ],
      acknowledgement: {
        enabled: true,
        delayMs: 0,
        budget: {
          perRecipient: { count: 10, windowMs: 3 * 3_600_000 },
          unverifiedTotal: { count: 60 },
        },
      },
      agentNotices: { default: 'mine_unassigned', coalesceMs: 120_000 },
      flood: { perSender: { count: 60, windowMs: 60_000 } },
      rateLimits: { token: null, session: { count: 600 } },
      metrics: 'loopback',
    })
  })

  test('trust agents more strictly where our server authenticates senders', () => {
    const trust = (more: string) => load(INBOX + more).inboxes[0]?.agentTrust
    expect(trust('    authserv_id: mx.acme.test\n')).toBe('token+dmarc')
    expect(trust('    authserv_id: mx.acme.test\n    agent_trust: token\n')).toBe('token')
  })

  test.each(['acknowledgement: { budget: unlimited }', 'flood: unlimited'])(
    '%s lifts it',
    (source) => {
      const { acknowledgement, flood } = load(source)
      const lifted = source.startsWith('flood') ? flood : acknowledgement.budget
      expect(Object.values(lifted).every((rate) => rate === null)).toBe(true)
    },
  )

  test('proxies are addresses and networks', () => {
    const { trustProxy } = load('trust_proxy: [127.0.0.1, "::1", 10.0.0.0/8, "fd00::/8"]\n')
    expect(trustProxy).toEqual(['127.0.0.1', '::1', '10.0.0.0/8', 'fd00::/8'])
  })

  test('agents may be written short or long', () => {
    const { agents } = load('agents: [Ana@acme.test, { email: ben@acme.test, name: Ben }]\n')
    expect(agents).toEqual([
      { email: 'ana@acme.test', name: null },
      { email: 'ben@acme.test', name: 'Ben' },
    ])
  })
})
