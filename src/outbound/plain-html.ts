/** Plain text as HTML of ours: escaped, with line breaks; nothing else can come out of it. */
import { escapeHtml } from './templates.ts'

export const htmlOf = (text: string): string =>
  escapeHtml(text.trimEnd()).replaceAll('\n', '<br>\n')
