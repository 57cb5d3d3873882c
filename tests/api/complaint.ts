/** A ticket as tests open it. */
import { expect } from 'vitest'
import type { Client, Json } from './desk-api.ts'

export const TICKETS = '/api/v1/tickets'
export const COMPLAINT = { subject: 'Printer', text: 'It burns.' }

export const idsOf = (rows: readonly Json[] | undefined): unknown[] =>
  (rows ?? []).map(({ id }) => id)

export async function opened(client: Client, body: object = {}): Promise<Json> {
  const { status, body: ticket } = await client.post(TICKETS, { ...COMPLAINT, ...body })
  expect(status).toBe(201)
  return ticket
}
