import { openDatabase } from '../src/database.js'
import { heartbeat } from '../src/heartbeat.js'
import { log } from '../src/log.js'
import { readSettings, version } from '../src/settings.js'
import { work } from '../src/worker.js'

const settings = readSettings(process.env)
const database = openDatabase(settings.database)
const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stop.abort())

log('worker starts', { version })
await work({ database, pulse: heartbeat(settings.heartbeat), pauseMs: settings.workerPauseMs, signal: stop.signal })
database.close()
log('worker stopped')
