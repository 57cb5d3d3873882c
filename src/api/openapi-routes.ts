/** /api/v1/openapi.json and /api/docs: what there is, for programs and for people. */
import { z } from 'zod'
import { media } from './answers.ts'
import type { ApiDeps } from './deps.ts'
import { docsPage } from './docs-page.ts'
import { openApiOf } from './openapi.ts'
import { publicRoute, type Route } from './route.ts'

const Anything = z.record(z.string(), z.unknown())
const OpenApiJson = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: Anything,
  servers: z.array(Anything),
  tags: z.array(z.strictObject({ name: z.string() })),
  paths: z.record(z.string(), Anything),
  components: Anything,
})

/** @param others The routes that are described, beside these two. */
export function openApiRoutes(
  { version, config }: Pick<ApiDeps, 'version' | 'config'>,
  others: readonly Route[],
): readonly Route[] {
  const all: Route[] = [...others]
  const about = { version, publicUrl: config.publicUrl }
  const own = [
    publicRoute({
      method: 'GET',
      path: '/api/v1/openapi.json',
      summary: 'This API as OpenAPI 3.1',
      body: null,
      answers: { 200: OpenApiJson },
      handle: async () => ({ body: openApiOf(all, about) }),
    }),
    publicRoute({
      method: 'GET',
      path: '/api/docs',
      summary: 'This API as a page to read',
      body: null,
      answers: { 200: media('text/html') },
      handle: async () => ({
        body: docsPage(openApiOf(all, about)),
        headers: {
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Security-Policy': `default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'`,
        },
      }),
    }),
  ]
  all.push(...own)
  return own
}
