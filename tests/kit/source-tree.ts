/** The project's own source as data: files, what they import, their functions and literals. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'vitest/node'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Any node of the syntax tree (ESTree with TypeScript); members are read as needed. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [member: string]: unknown
}

export interface Import {
  /** As written: `../mail/address.ts`, `node:fs`, `knex`. */
  readonly from: string
  /** Path in the repository, or null for a package or a built-in module. */
  readonly path: string | null
  readonly typeOnly: boolean
  readonly line: number
}

export interface SourceFile {
  /** Path in the repository, with slashes. */
  readonly path: string
  readonly text: string
  readonly lines: number
  readonly tree: SyntaxNode
  readonly imports: readonly Import[]
  lineOf(offset: number): number
}

/** All TypeScript files below these folders of the repository. */
export function sourceFiles(...folders: string[]): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
        .map((name) => join(folder, name).split(sep).join('/')),
    )
    .toSorted()
    .map(readSource)
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length
  const lang = path.endsWith('x') ? 'tsx' : 'ts'
  const tree = parseAst(text, { lang }) as unknown as SyntaxNode
  const imports = nodesOf(tree).flatMap((node): Import[] => {
    const source = node['source'] as SyntaxNode | null | undefined
    if (!/^(Import|Export)/.test(node.type) || typeof source?.['value'] !== 'string') return []
    const from = source['value']
    return [
      {
        from,
        path: from.startsWith('.') ? normalize(join(dirname(path), from)) : null,
        typeOnly: isTypeOnly(node),
        line: lineOf(node.start),
      },
    ]
  })
  return { path, text, lines: text.trimEnd().split('\n').length, tree, imports, lineOf }
}

function isTypeOnly(node: SyntaxNode): boolean {
  if (node['importKind'] === 'type' || node['exportKind'] === 'type') return true
  const specifiers = (node['specifiers'] ?? []) as SyntaxNode[]
  const kinds = specifiers.map((one) => one['importKind'] ?? one['exportKind'])
  return kinds.length > 0 && kinds.every((kind) => kind === 'type')
}

/** A node and everything below it, in no particular order. */
export function nodesOf(tree: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = []
  const waiting: unknown[] = [tree]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (Array.isArray(next)) waiting.push(...next)
    else if (isNode(next)) {
      found.push(next)
      waiting.push(...Object.values(next))
    }
  }
  return found
}

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string'

/** `src/inbound/parse.ts` belongs to `inbound`; files directly in src/ to ''. */
export const folderOf = (path: string): string => {
  const parts = relative('src', path).split(sep)
  return parts.length > 1 ? (parts[0] ?? '') : ''
}
