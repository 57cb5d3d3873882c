/** The API as a page to read: no script, nothing from anywhere else. */
import type { OpenApi, Operation, Parameter } from './openapi.ts'

/** An HTML document. */
export function docsPage({ info, servers, tags, paths }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const sections = tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name))
    return `<h2 id="${escape(name)}">${escape(name)}</h2>${own.map(operationHtml).join('')}`
  })
  const links = tags.map(({ name }) => `<a href="#${escape(name)}">${escape(name)}</a>`)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Postroom API</title><style>${STYLE}</style></head><body>
<h1>Postroom API <small>${escape(String(info['version']))}</small></h1>
<p>${escape(String(info['description']))}</p>
<p>Base: <code>${escape(String(servers[0]?.['url']))}</code>. For programs:
<a href="/api/v1/openapi.json">openapi.json</a>.</p>
<nav>${links.join(' ')}</nav>
${sections.join('\n')}
</body></html>
`
}

interface Shown {
  readonly path: string
  readonly method: string
  readonly operation: Operation
}

function operationHtml({ path, method, operation }: Shown): string {
  const { summary, description, parameters, requestBody } = operation
  const body = requestBody === undefined ? '' : bodyHtml(requestBody.content)
  return `<details><summary><b class="${method}">${method.toUpperCase()}</b>
<code>${escape(path)}</code> ${escape(summary)}</summary>
<p>${escape(whoMay(operation))} ${escape(description ?? '')}</p>
${parameters.length === 0 ? '' : `<ul>${parameters.map(parameterHtml).join('')}</ul>`}${body}</details>
`
}

function whoMay(operation: Operation): string {
  const { 'x-roles': roles, 'x-scopes': scopes, security } = operation
  if (security.length === 0) return 'For everybody.'
  const limited = scopes.length === 0 ? '' : ` Scope: ${scopes.join(' or ')}.`
  return `For ${roles.join(', ')}.${limited}`
}

const parameterHtml = ({ name, in: where, required, description }: Parameter): string =>
  `<li><code>${escape(name)}</code> in ${where}${required ? ', required' : ''}${
    description === undefined ? '' : `: ${escape(description)}`
  }</li>`

function bodyHtml(content: Readonly<Record<string, unknown>>): string {
  const json = content['application/json'] as { schema: unknown } | undefined
  if (json === undefined) return '<p>Body: the bytes of the file.</p>'
  return `<p>Body:</p><pre>${escape(JSON.stringify(json.schema, null, 2))}</pre>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '')

const STYLE = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
nav a{margin-right:.8rem}details{border-top:1px solid #8884;padding:.4rem 0}summary{cursor:pointer}
b{display:inline-block;min-width:4.5rem;font-size:.85em}.get{color:#0a7}.post{color:#06c}
.put,.patch{color:#b60}.delete{color:#c22}
pre{overflow:auto;background:#8881;padding:.8rem;border-radius:.3rem;font-size:.85em}`
