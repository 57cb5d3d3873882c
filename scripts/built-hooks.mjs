/** Node's module hooks of built.mjs. */
import { fileURLToPath, pathToFileURL } from 'node:url'
import { join, relative, sep } from 'node:path'
import { ROOT } from './terminal.mjs'

export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context)
  const built = builtOf(resolved.url)
  return built === null ? resolved : { ...resolved, url: built, format: 'module' }
}

function builtOf(url) {
  if (!url.startsWith('file:')) return null
  const [top, ...rest] = relative(ROOT, fileURLToPath(url)).split(sep)
  if (!url.endsWith('.ts') || (top !== 'src' && top !== 'migrations')) return null
  const below = top === 'src' ? rest : [top, ...rest]
  return pathToFileURL(join(ROOT, 'dist', ...below).replace(/\.ts$/, '.js')).href
}
