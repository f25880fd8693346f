import { loadAssets } from '../src/assets.js'
import { openDatabase } from '../src/database.js'
import { log } from '../src/log.js'
import { createShop } from '../src/server.js'
import { readSettings, version } from '../src/settings.js'

const settings = readSettings(process.env)
const database = openDatabase(settings.database)
const { server, stop } = createShop({ database, assets: loadAssets(), release: process.env.SIGNALBOX_RELEASE ?? null })

server.listen(settings.port, settings.host, () => log('web listens', { ...server.address(), version }))

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    log('web stops', { signal })
    await stop()
    database.close()
    log('web stopped')
  })
}
