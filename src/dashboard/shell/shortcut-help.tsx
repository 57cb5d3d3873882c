/** What the keys do on this page, and where one turns them off. */
import { signal } from '@preact/signals'
import { Dialog } from '../parts/dialog.tsx'
import { shortcutsNow } from '../state/shortcuts.ts'

export const helpShown = signal(false)

const keysOf = (keys: string): string[] => keys.split(' ')

export function ShortcutHelp() {
  if (!helpShown.value) return null
  return (
    <Dialog title="Keys" onClose={() => (helpShown.value = false)} wide>
      <div class="grid gap-x-10 gap-y-6 sm:grid-cols-2">
        {shortcutsNow().map(({ title, shortcuts }) => (
          <section key={title} aria-label={title}>
            <h3 class="muted mb-2 text-sm font-semibold">{title}</h3>
            <dl class="flex flex-col gap-1.5">
              {Object.entries(shortcuts).map(([keys, { does }]) => (
                <div key={keys} class="flex items-center gap-3">
                  <dt class="w-20 shrink-0">
                    {keysOf(keys).map((key) => (
                      <kbd key={key} class="kbd kbd-sm me-1">
                        {key}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section aria-label="While writing">
          <h3 class="muted mb-2 text-sm font-semibold">While writing</h3>
          <p class="mb-1.5">
            <kbd class="kbd kbd-sm">Ctrl</kbd> <kbd class="kbd kbd-sm">Enter</kbd> sends
          </p>
          <p>
            <kbd class="kbd kbd-sm">Ctrl</kbd> <kbd class="kbd kbd-sm">Shift</kbd>{' '}
            <kbd class="kbd kbd-sm">Enter</kbd> sends and resolves
          </p>
          <p class="mt-1.5">
            <kbd class="kbd kbd-sm">Ctrl</kbd> <kbd class="kbd kbd-sm">Z</kbd> takes back what waits
            to be sent
          </p>
          <p class="mt-1.5">
            <kbd class="kbd kbd-sm">Esc</kbd> leaves the text
          </p>
        </section>
      </div>
      <p class="muted mt-6 text-sm">
        Single keys can be turned off in{' '}
        <a class="link" href="/me" onClick={() => (helpShown.value = false)}>
          the preferences
        </a>
        .
      </p>
    </Dialog>
  )
}
