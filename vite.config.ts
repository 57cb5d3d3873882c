/**
 * How the dashboard is built: src/dashboard to one page and a few hashed files, each with its
 * compressed forms beside it, so that the daemon never compresses anything while it serves.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig, type Plugin } from 'vite'

const EARLY = /\/src\/dashboard\/early\.ts$/

export default defineConfig({
  root: join(import.meta.dirname, 'src/dashboard'),
  base: '/',
  publicDir: 'public',
  logLevel: 'warn',
  plugins: [tailwindcss(), early(), precompress()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    outDir: join(import.meta.dirname, 'dist/dashboard'),
    emptyOutDir: true,
    // The policy of the page allows no data: for anything but pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // While working on it: `npx vite` beside a running daemon.
  server: {
    proxy: { '/api': 'http://127.0.0.1:8025', '^/t/[^/]+/api': 'http://127.0.0.1:8025' },
  },
})

/** Has the page start early.ts, a file of its own with all that it needs, without waiting for the others. */
function early(): Plugin {
  return {
    name: 'early',
    apply: 'build',
    config: () => ({
      build: {
        rolldownOptions: {
          output: { codeSplitting: { groups: [{ name: 'early', test: EARLY }] } },
        },
      },
    }),
    transformIndexHtml: {
      order: 'post',
      handler(_, { bundle = {} }) {
        const file = Object.values(bundle).find(
          (one) => one.type === 'chunk' && one.moduleIds.some((id) => EARLY.test(id)),
        )
        if (file === undefined) throw new Error('early.ts is in no file of the build')
        const attrs = { type: 'module', async: true, crossorigin: true, src: `/${file.fileName}` }
        return [{ tag: 'script', attrs, injectTo: 'head' }]
      },
    },
  }
}

/** Writes `name.gz` and `name.br` beside every text of the build. */
function precompress(): Plugin {
  let target = ''
  return {
    name: 'precompress',
    apply: 'build',
    configResolved(config) {
      target = config.build.outDir
    },
    closeBundle() {
      const names = readdirSync(target, { recursive: true, encoding: 'utf8' })
      for (const name of names.filter((one) => /\.(?:html|js|css|svg|webmanifest)$/.test(one))) {
        const bytes = readFileSync(join(target, name))
        const size = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
        writeFileSync(join(target, `${name}.gz`), gzipSync(bytes, { level: 9 }))
        writeFileSync(join(target, `${name}.br`), brotliCompressSync(bytes, { params: size }))
      }
    },
  }
}
