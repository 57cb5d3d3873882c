/**
 * `--import` this, and what is imported from src/ and migrations/ comes from dist/: what is measured is
 * what runs, not what a loader makes of the sources.
 */
import { register } from 'node:module'

register('./built-hooks.mjs', import.meta.url)
