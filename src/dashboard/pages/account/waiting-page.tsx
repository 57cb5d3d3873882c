/** Nothing to do but wait. */
import { Icon } from '../../parts/icon.tsx'

export const WaitingPage = () => (
  <div class="flex flex-col items-center gap-4 text-center">
    <span class="bg-base-200 grid size-14 place-items-center rounded-full">
      <Icon name="check" class="text-success size-7" />
    </span>
    <h1>Waiting for approval</h1>
    <p>
      Your address is confirmed. An administrator has to let you in; you will get a mail as soon as
      that is done.
    </p>
    <a class="btn w-full" href="/sign-in">
      Back to sign in
    </a>
  </div>
)
