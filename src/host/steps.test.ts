import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { specOf } from '../../test/helpers/host-app.ts'
import { compileCache, isGone, type Machine, machine } from '../../test/helpers/machine.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Fault } from '../lib/fault.ts'
import { findByMarks } from '../system/proc.ts'
import { systemPath } from '../system/programs.ts'
import type { InstanceSpec } from '../targets/driver.ts'

const never = new AbortController().signal
const cannotTrace = spawnSync('strace', ['-V']).error === undefined ? false : 'strace is not installed'

/**
 * Every change on disk that the host makes becomes durable by a rename. So a host that is killed at the first rename of a
 * deployment, in the next one at the second, and so on, has been killed at every persisted step.
 */
test('a host killed at any step of a deployment: it goes on, nothing runs twice, no visitor is lost', {
  skip: cannotTrace,
  timeout: 120_000,
}, async (t) => {
  await using box = await machine()
  let live = await deploy(box, 0, [])
  await using load = box.load(60)
  let step = 1
  for (let killed = true; killed; step += 1) {
    await orderly(box)
    const tracer = await killAtRename(await box.hostPid(), step)
    live = await deploy(box, step, live)
    killed = await tracer.end()
    await check(box, live)
  }
  const report = await load.finish()
  assert.deepEqual(report.failed, [])
  t.diagnostic(`${step - 2} steps, ${report.answered} answers`)
  assert.ok(step > 12, `only ${step} steps were found`)
})

async function deploy(box: Machine, round: number, old: readonly InstanceSpec[]): Promise<readonly InstanceSpec[]> {
  const release = await box.release(String(round % 2))
  const specs = [specOf(release, { name: `d${round}-web-1` })]
  const orders = Array.from({ length: 6 }, () => box.order())
  const [prepare, place, route, drain, remove, keep] = orders
  await insist(() => box.driver.prepare(release, prepare!, never))
  await insist(() => box.driver.place(specs, place!, never))
  await insist(() => box.driver.route(box.routing(specs), route!, never))
  await insist(() => box.driver.drain(old, drain!, never))
  await insist(() => box.driver.remove(old, remove!, never))
  await insist(() => box.driver.keep(box.track, [release.digest], keep!, never))
  return specs
}

/** A host that does one thing on disk after the other, because the tracer counts for each of its threads apart. */
async function orderly(box: Machine): Promise<void> {
  await box.kill(await box.hostPid())
  const words = ['src/host.ts', '--data', box.dir, '--listen', box.address, '--ports', box.options.ports ?? '']
  spawn(process.execPath, words, {
    stdio: 'ignore',
    env: { PATH: systemPath, UV_THREADPOOL_SIZE: '1', NODE_COMPILE_CACHE: compileCache },
  })
  await waitFor('the host answers', () => box.hostPid().catch(() => null))
}

/** As the engine does: what may be tried again is tried again. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof Fault && error.temporary) || tries === 5) throw error
    }
  }
}

async function check(box: Machine, live: readonly InstanceSpec[]): Promise<void> {
  const names = live.map((spec) => spec.name)
  const { instances, routed } = await box.driver.observe(box.track, never)
  assert.deepEqual([instances.map((one) => one.name).sort(), [...routed].sort()], [names, names])
  assert.deepEqual(
    instances.map((one) => [one.state, one.restarts]),
    names.map(() => ['healthy', 0]),
  )
  const { hostId } = JSON.parse(await readFile(join(box.dir, 'identity.json'), 'utf8'))
  const running = await findByMarks({ SIGNALBOX_HOST: hostId })
  assert.deepEqual(running.map((info) => info.pid).sort(), instances.map((one) => one.pid).sort())
  assert.equal(JSON.parse((await box.visit()).body).digest, live[0]?.release.digest)
}

/** Kills the process when it renames a file for the n-th time from now on. `end` tells whether it came to that. */
async function killAtRename(pid: number, n: number): Promise<{ end(): Promise<boolean> }> {
  const inject = `inject=rename,renameat2:signal=KILL:when=${n}`
  const words = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=rename,renameat2', '-e', inject, '-p', String(pid)]
  const tracer = spawn('strace', words, { stdio: 'ignore' })
  const ended = once(tracer, 'exit')
  await waitFor('the tracer is there', async () =>
    /TracerPid:\t[1-9]/.test(await readFile(`/proc/${pid}/status`, 'utf8')),
  )
  return {
    end: async () => {
      const killed = await isGone(pid)
      tracer.kill('SIGTERM')
      await ended
      return killed
    },
  }
}
