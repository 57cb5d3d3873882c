/** A process that holds the write lock of a SQLite file until it is killed, as a stray backup tool might. */
import sqlite3 from 'sqlite3'

const db = new sqlite3.Database(process.argv[2] ?? '')
db.exec('BEGIN IMMEDIATE', (err) => {
  if (err !== null) throw err
  process.send?.('locked')
})
// Collected, it would close, and the lock with it.
setInterval(() => db.listenerCount('error'), 60_000)
