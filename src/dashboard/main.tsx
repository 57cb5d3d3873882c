/** The dashboard begins here. */
import './early.ts'
import './style.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { startRouter } from './router.ts'
import { startFocusKeeper } from './shell/focus-keeper.ts'

startRouter()
startFocusKeeper()
const root = document.getElementById('app')
if (root !== null) render(<App />, root)
