import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildAssets, loadAssets } from '../src/assets.js'
import { migrate, openDatabase } from '../src/database.js'
import { createShop } from '../src/server.js'

export function temporaryFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'shop-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A database file with all migrations. */
export function freshDatabase(t) {
  const database = openDatabase(join(temporaryFolder(t), 'shop.db'))
  t.after(() => database.isOpen && database.close())
  migrate(database)
  return database
}

/** The shop on a free port: its address, its database, and how to stop it. */
export async function runningShop(t, { database = freshDatabase(t) } = {}) {
  const folder = temporaryFolder(t)
  buildAssets(undefined, folder)
  const shop = createShop({ database, assets: loadAssets(folder), release: 'test' })
  await new Promise((resolve) => shop.server.listen(0, '127.0.0.1', resolve))
  t.after(() => shop.server.closeAllConnections())
  t.after(() => shop.server.close())
  return { ...shop, database, url: `http://127.0.0.1:${shop.server.address().port}` }
}
