/** What one likes of this browser. */
import { type Theme, notificationsOn, shortcutsOn, theme } from '../../state/preferences.ts'
import { isStaff } from '../../state/session.ts'
import { showToast } from '../../state/toasts.ts'
import { Select } from '../../parts/field.tsx'
import { Section } from './me-page.tsx'

/** Asked for only when somebody presses the button: browsers and people dislike it otherwise. */
async function toggleNotifications(): Promise<void> {
  if (notificationsOn.value) {
    notificationsOn.value = false
    return
  }
  if (!('Notification' in window) || (await Notification.requestPermission()) !== 'granted') {
    showToast({ tone: 'error', text: 'This browser does not allow notifications for this page.' })
    return
  }
  notificationsOn.value = true
}

export const Habits = () => (
  <Section title="This browser" hint="Kept here, not in your account.">
    <div class="flex max-w-sm flex-col gap-4">
      <Select
        label="Colours"
        value={theme.value}
        choices={[
          { value: 'system', label: 'As the system' },
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ]}
        onChoose={(value) => {
          theme.value = value as Theme
        }}
      />
      {isStaff.value && (
        <>
          <label class="flex items-center gap-3">
            <input
              type="checkbox"
              class="toggle toggle-sm toggle-primary"
              checked={shortcutsOn.value}
              onChange={() => {
                shortcutsOn.value = !shortcutsOn.value
              }}
            />
            <span>
              Single keys as shortcuts (<kbd class="kbd kbd-sm">?</kbd> lists them)
            </span>
          </label>
          <label class="flex items-center gap-3">
            <input
              type="checkbox"
              class="toggle toggle-sm toggle-primary"
              checked={notificationsOn.value}
              onChange={() => void toggleNotifications()}
            />
            Notifications on the desktop while this tab is hidden
          </label>
        </>
      )}
    </div>
  </Section>
)
