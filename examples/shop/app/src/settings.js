import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..')

/** Everything that can be set from outside, and the only place that reads it. */
export function readSettings(env) {
  return {
    port: Number(env.PORT ?? 3000),
    host: env.HOST ?? '127.0.0.1',
    database: env.SHOP_DATABASE ?? join(root, 'data', 'shop.db'),
    workerPauseMs: Number(env.SHOP_WORKER_PAUSE_MS ?? 200),
  }
}

export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
