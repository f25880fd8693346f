import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import test from 'node:test'
import { buildAssets } from '../../src/assets.js'
import { root } from '../../src/settings.js'
import { temporaryFolder } from '../helpers.js'

test('migrate, web and worker work together as processes, and end on SIGTERM', { timeout: 20_000 }, async (t) => {
  buildAssets()
  const env = {
    ...process.env,
    PORT: '0',
    SHOP_DATABASE: join(temporaryFolder(t), 'shop.db'),
    SHOP_WORKER_PAUSE_MS: '20',
  }
  assert.equal(await ended(start(t, ['bin/migrate.js', '--pending'], env)), 1)
  assert.equal(await ended(start(t, ['bin/migrate.js'], env)), 0)
  assert.equal(await ended(start(t, ['bin/migrate.js', '--pending'], env)), 0)
  const web = start(t, ['bin/web.js'], env)
  const worker = start(t, ['bin/worker.js'], env)
  const { port } = await lineOf(web, 'web listens')
  const fulfilled = lineOf(worker, 'order fulfilled')
  const body = JSON.stringify({ product: 2, quantity: 1 })
  const { id } = await (await fetch(`http://127.0.0.1:${port}/orders`, { method: 'POST', body })).json()
  assert.equal((await fulfilled).order, id)
  for (const process of [web, worker]) process.kill('SIGTERM')
  assert.deepEqual(await Promise.all([ended(web), ended(worker)]), [0, 0])
})

function start(t, argv, env) {
  const process_ = spawn(process.execPath, argv, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => process_.kill('SIGKILL'))
  return process_
}

function ended(child) {
  child.stdout.resume()
  if (child.exitCode !== null) return child.exitCode
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
}

async function lineOf(child, message) {
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line)
    if (said.message === message) return said
  }
  throw new Error(`the process ended without "${message}"`)
}
