/** Everything before one is in: one card, one thing to do. */
import type { ComponentType } from 'preact'
import { path } from '../../router.ts'
import { useFocusOnNewPage } from '../../shell/focus-keeper.ts'
import { ForgotPage } from './forgot-page.tsx'
import { RegisterPage } from './register-page.tsx'
import { ResetPage } from './reset-page.tsx'
import { SignInPage } from './sign-in-page.tsx'
import { VerifyPage } from './verify-page.tsx'
import { WaitingPage } from './waiting-page.tsx'

const PAGES: Readonly<Record<string, ComponentType>> = {
  '/sign-in': SignInPage,
  '/register': RegisterPage,
  '/verify': VerifyPage,
  '/waiting': WaitingPage,
  '/forgot': ForgotPage,
  '/reset': ResetPage,
}

export const isAccountPath = (at: string): boolean => at in PAGES

export function AccountPage() {
  const Page = PAGES[path.value] ?? SignInPage
  useFocusOnNewPage(path.value)
  return (
    <main
      tabIndex={-1}
      class="bg-base-200 flex min-h-dvh flex-col items-center px-4 py-10 outline-none sm:py-20"
    >
      <p class="mb-6 flex items-center gap-2.5 text-lg font-semibold tracking-tight">
        <img src="/icon.svg" alt="" class="size-9" />
        Postroom
      </p>
      <div class="panel w-full max-w-sm p-6 shadow-sm sm:p-8">
        <Page />
      </div>
    </main>
  )
}
