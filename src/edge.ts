import { flushCompileCache } from 'node:module'
import { parseSettings } from './edge/settings.ts'
import { Worker } from './edge/worker.ts'
import { messageOf } from './lib/fault.ts'
import { systemClock } from './system/clock.ts'
import { createLog } from './system/log.ts'

/** For SIGTERM, where nobody says a limit. */
const stopLimitMs = 30_000

try {
  await run()
  process.exit(0)
} catch (error) {
  process.stderr.write(`edge: ${messageOf(error)}\n`)
  process.exit(1)
}

async function run(): Promise<void> {
  const settings = parseSettings(process.argv.slice(2), process.env)
  const log = createLog({ fields: { edge: settings.id } })
  const worker = await Worker.start(settings, { clock: systemClock, log })
  // Where a cache is named, the next worker is here sooner; Node itself would keep it only at an orderly end.
  flushCompileCache()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      worker.stop(stopLimitMs).catch((error: unknown) => log.error('the stop failed', { error }))
    })
  }
  // What gets past the walls around each connection must not take the others with it.
  process.on('uncaughtException', (error) => log.error('an error nobody caught', { error }))
  await worker.done
}
