/** What one page of the account asks and the next one needs, e.g. the address. */
import { signal } from '@preact/signals'

export const email = signal('')
