import { describe, expect, test } from 'vitest'
import type { OpenApi, Operation } from '../../src/api/openapi.ts'
import { onSqlite } from '../kit/databases.ts'
import { apiStarter } from './desk-api.ts'
import { migrated } from './desk-context.ts'

describe('the description of the API', () => {
  const start = apiStarter(onSqlite({ prepare: migrated }))
  const described = async (): Promise<OpenApi> =>
    (await (await start()).nobody.get('/api/v1/openapi.json')).body as unknown as OpenApi

  const operations = ({ paths }: OpenApi): [string, Operation][] =>
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method} ${path}`,
        operation,
      ]),
    )

  test('is there for everybody, and names every route once', async () => {
    const document = await described()
    expect(document.openapi).toBe('3.1.0')
    expect(document.info).toMatchObject({ title: 'Postroom', version: '0.0.0-test' })
    const names = operations(document).map(([name]) => name)
    for (const name of [
      'get /tickets',
      'put /tickets/{id}/status',
      'put /tickets/{id}/participants/{email}',
      'post /attachments',
      'get /events',
      'post /inbound/{id}/release',
      'get /openapi.json',
    ]) {
      expect(names).toContain(name)
    }
    const ids = operations(document).map(([, { operationId }]) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(names.some((name) => name.includes(':'))).toBe(false)
  })

  test('leaves out nothing that is there, and names nothing that is not', async () => {
    const { nobody } = await start()
    const { paths } = await described()
    const ALL = ['DELETE', 'GET', 'PATCH', 'POST', 'PUT']
    // /tickets/bulk is a /tickets/{id} too.
    const methodsAt = (path: string): string[] =>
      Object.entries(paths)
        .filter(([one]) => new RegExp(`^${one.replace(/\{\w+\}/g, '[^/]+')}$`).test(path))
        .flatMap(([, methods]) => Object.keys(methods))
    for (const path of Object.keys(paths)) {
      const url = `/api/v1${path.replace(/\{\w+\}/g, '1')}?nope=1`
      const known = [...new Set(methodsAt(path))].map((method) => method.toUpperCase())
      for (const method of ALL) {
        const { status, headers } = await nobody.send(method, url)
        // Whatever it is, it does not know the parameter.
        const expected = known.includes(method) ? 400 : 405
        expect([method, path, status]).toEqual([method, path, expected])
        if (status !== 405) continue
        const allowed = known.includes('GET') ? [...known, 'HEAD'] : known
        expect(headers.get('allow')?.split(', ')).toEqual(allowed.toSorted())
      }
    }
  })

  test('tells of each operation what is answered, and every refusal by its code', async () => {
    const { paths } = await described()
    expect(Object.keys(paths['/tickets/{id}/status']?.['put']?.responses ?? {})).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '409',
      '412',
      '413',
      '415',
      '422',
      '429',
      'default',
    ])
    expect(paths['/tickets/{id}']?.['get']?.responses['200']).toEqual({
      description: 'Done.',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Ticket' } } },
    })
    expect(JSON.stringify(paths['/tickets/{id}/take']?.['post']?.responses['409'])).toContain(
      '"enum":["already-taken"]',
    )
  })

  test('has the parameters of each path, and those of the query as they are checked', async () => {
    for (const [name, { parameters }] of operations(await described())) {
      const wanted = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
      const given = parameters.filter((parameter) => parameter.in === 'path')
      expect([name, given.map((parameter) => parameter.name)]).toEqual([name, wanted])
      expect(given.every(({ required }) => required)).toBe(true)
    }
    const document = await described()
    expect(document.paths['/inbound']?.['get']?.parameters).toContainEqual({
      name: 'fate',
      in: 'query',
      required: false,
      schema: {
        type: 'string',
        enum: ['pending', 'ticket', 'comment', 'duplicate', 'system', 'ignored', 'quarantined'],
      },
    })
  })

  test('has the body that each route takes, and who may use it', async () => {
    const { paths } = await described()
    const comment = paths['/tickets/{id}/comments']?.['post']
    expect(comment).toMatchObject({
      'x-roles': ['customer', 'agent', 'admin'],
      'x-scopes': ['comments:write', 'notes:write'],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              additionalProperties: false,
              required: ['text'],
              properties: { visibility: { enum: ['public', 'internal'] } },
            },
          },
        },
      },
    })
    expect(comment?.parameters.map(({ name }) => name)).toContain('Idempotency-Key')
    expect(paths['/inbound/{id}/release']?.['post']?.requestBody?.required).toBe(false)
    expect(paths['/attachments']?.['post']?.requestBody?.content).toEqual({ '*/*': {} })
    expect(paths['/tickets']?.['get']?.requestBody).toBe(undefined)
    const needsNobody = operations(await described()).filter(
      ([, { security }]) => security.length === 0,
    )
    const isOpen = (name: string) => /^\w+ \/(?:auth\/|openapi\.json)/.test(name)
    expect(needsNobody.every(([name]) => isOpen(name))).toBe(true)
  })

  test('refers to nothing that is not in it', async () => {
    const document = await described()
    const text = JSON.stringify(document)
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
    const schemas = document.components['schemas'] as Record<string, unknown>
    expect(references.length).toBeGreaterThan(0)
    expect(references.every(([, name = '']) => name in schemas)).toBe(true)
    expect(text.split('"$ref"')).toHaveLength(references.length + 1)
  })

  test('can be read as a page that runs nothing and loads nothing', async () => {
    const { nobody } = await start()
    const { status, headers, body } = await nobody.get('/api/docs')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('content-security-policy')).toContain(`default-src 'none'`)
    const page = body as unknown as string
    expect(page).toContain('<code>/tickets/{id}/comments</code>')
    expect(page).not.toMatch(/<script|src=|@import|url\(/)
    expect(await nobody.get('/api/docs?x=1')).toMatchObject({ status: 400 })
  })
})
