/** Reads a lifecycle file from config/lifecycles and checks that it makes sense. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { EXIT, messageOf, OperatorError } from './errors.ts'
import { packageRoot } from './package-root.ts'
import type { Lifecycle, StatusRule } from './ticket/lifecycle.ts'

const File = z.strictObject({
  name: z.string().min(1),
  initial: z.string(),
  statuses: z.record(
    z.string().regex(/^[a-z][a-z0-9_]*$/, 'is not a lower-case word'),
    z.strictObject({
      label: z.string().min(1),
      category: z.enum(['open', 'waiting', 'closed']),
      aliases: z.array(z.string()).default([]),
      to: z.array(z.string()).default([]),
      final: z.boolean().default(false),
      comments: z.boolean().default(true),
      agent_reply: z.string().nullable().default(null),
      customer_message: z.string().nullable().default(null),
      reopen: z.string().nullable().default(null),
    }),
  ),
})

const DIRECTORY = path.join(packageRoot, 'config', 'lifecycles')

/** Loads a lifecycle by its name; throws an OperatorError (exit 78) that says what is wrong. */
export function loadLifecycle(name: string, directory: string = DIRECTORY): Lifecycle {
  const file = path.join(directory, `${name}.yaml`)
  if (!/^[\w-]+$/.test(name) || !existsSync(file)) {
    const known = existsSync(directory) ? readdirSync(directory).map((f) => path.parse(f).name) : []
    throw new OperatorError(
      EXIT.config,
      `There is no lifecycle "${name}" in ${directory}. Known are ${known.join(', ')}; set "lifecycle" in the configuration to one of them.`,
    )
  }
  try {
    return checked(File.parse(parse(readFileSync(file, 'utf8'))))
  } catch (cause) {
    const said = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause)
    throw new OperatorError(EXIT.config, `The lifecycle file ${file} is wrong: ${said}`, { cause })
  }
}

/** Every lifecycle there is, by name. @throws OperatorError when one of them is wrong. */
export const listLifecycles = (directory: string = DIRECTORY): Lifecycle[] =>
  readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .toSorted()
    .map((file) => loadLifecycle(path.parse(file).name, directory))

function checked(file: z.output<typeof File>): Lifecycle {
  const names = Object.keys(file.statuses)
  const known = (status: string, where: string) => {
    if (!names.includes(status)) throw new Error(`${where}: there is no status "${status}"`)
  }
  known(file.initial, 'initial')
  const statuses = new Map<string, StatusRule>()
  for (const [name, status] of Object.entries(file.statuses)) {
    for (const target of status.to) known(target, `statuses.${name}.to`)
    if (status.final && status.to.length > 0) {
      throw new Error(`statuses.${name}: a final status leads nowhere; remove "to"`)
    }
    for (const key of ['agent_reply', 'customer_message', 'reopen'] as const) {
      const target = status[key]
      if (target !== null) known(target, `statuses.${name}.${key}`)
    }
    statuses.set(name, {
      name,
      label: status.label,
      category: status.category,
      aliases: status.aliases,
      to: status.to,
      final: status.final,
      comments: status.comments,
      agentReply: status.agent_reply,
      customerMessage: status.customer_message,
      reopen: status.reopen,
    })
  }
  return { name: file.name, initial: file.initial, statuses }
}
