import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const root = join(import.meta.dirname, '..')

/** Everything that can be set from outside, and the only place that reads it. */
export function readSettings(env) {
  const database = env.SHOP_DATABASE ?? join(root, 'data', 'shop.db')
  return {
    port: Number(env.PORT ?? 3000),
    host: env.HOST ?? '127.0.0.1',
    database,
    workerPauseMs: Number(env.SHOP_WORKER_PAUSE_MS ?? 200),
    heartbeat: join(dirname(database), `worker-${env.SIGNALBOX_INSTANCE ?? 'here'}.alive`),
  }
}

export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
