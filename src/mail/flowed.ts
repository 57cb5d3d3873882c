/** format=flowed (RFC 3676): joins soft-wrapped lines, per quote depth, and removes space-stuffing. */

/** Undoes the wrapping. Quote marks stay, as `>` per level and a space. */
export function unflow(text: string, { deleteSpace }: { deleteSpace: boolean }): string {
  const lines: string[] = []
  let current: { depth: number; text: string[] } | null = null
  for (const raw of text.split('\n')) {
    const depth = /^>*/.exec(raw)?.[0].length ?? 0
    const unquoted = raw.slice(depth)
    const body = unquoted.startsWith(' ') ? unquoted.slice(1) : unquoted
    // RFC 3676 §4.3: the signature delimiter is never flowed.
    const flows = body.endsWith(' ') && body !== '-- '
    if (current !== null && (current.depth !== depth || body === '-- ')) {
      lines.push(render(current))
      current = null
    }
    current ??= { depth, text: [] }
    current.text.push(flows && deleteSpace ? body.slice(0, -1) : body)
    if (flows) continue
    lines.push(render(current))
    current = null
  }
  if (current !== null) lines.push(render(current))
  return lines.join('\n')
}

function render({ depth, text }: { depth: number; text: readonly string[] }): string {
  const line = text.join('')
  if (depth === 0) return line
  return line === '' ? '>'.repeat(depth) : `${'>'.repeat(depth)} ${line}`
}
