/** What the suites with a real browser need, and what their names say when it is missing. */
export const BROWSER_PACKAGE = 'chromium'
export const SKIPPED_WITHOUT_BROWSER = '(needs Chromium)'
