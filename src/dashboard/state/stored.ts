/** Signals that outlive the tab: kept in the browser's storage, where there is one. */
import { effect, type Signal, signal } from '@preact/signals'
import { readStored, writeStored } from './storage.ts'

export function storedSignal<T>(key: string, fallback: T): Signal<T> {
  const kept = signal<T>(readStored(key, fallback))
  effect(() => writeStored(key, kept.value))
  return kept
}
