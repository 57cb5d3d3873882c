/** The dashboard begins here. */
import './early.ts'
import './style.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { startRouter } from './router.ts'

startRouter()
const root = document.getElementById('app')
if (root !== null) render(<App />, root)
