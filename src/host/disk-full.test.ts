import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { specOf } from '../../test/helpers/host-app.ts'
import { compileCache, type Machine, machine } from '../../test/helpers/machine.ts'
import { noTmpfs, tmpfs } from '../../test/helpers/tmpfs.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { silent } from '../lib/log.ts'
import { systemClock } from '../system/clock.ts'
import type { InstanceSpec } from '../targets/driver.ts'
import { localDriver } from '../targets/local/driver.ts'

const skip = await noTmpfs()
const never = new AbortController().signal
const full = (path: RegExp) => ({ code: 'disk.full', message: path })

test('a full disk is said so, what runs goes on, and work goes on when there is space', { skip }, async () => {
  await using small = await tmpfs('8m')
  await using box = await machine({ dir: join(small.path, 'host') })
  const old = await serve(box)
  const release = await box.release('2')
  const next = specOf(release, { name: 'd2-web-1' })
  const orders = [box.order(), box.order(), box.order()] as const
  await using ballast = await small.fill()
  await assert.rejects(box.driver.prepare(release, orders[0], never), full(/\/host\/tracks\//))
  assert.equal((await box.visit()).status, 200)
  await ballast.free()
  await box.driver.prepare(release, orders[0], never)
  await box.driver.place([next], orders[1], never)
  await box.driver.route(box.routing([next]), orders[2], never)
  assert.equal(JSON.parse((await box.visit()).body).instance, 'd2-web-1')
  const account = (await box.driver.remove([old], box.order(), never))[0]
  assert.equal(account?.ended, 'signal')
})

test('a host that dies while the disk is full has a successor, which starts again what crashes', { skip }, async () => {
  await using small = await tmpfs('8m')
  await using box = await machine({ dir: join(small.path, 'host') })
  await serve(box)
  await using ballast = await small.fill()
  await box.kill(await box.hostPid())
  assert.equal((await box.visit()).status, 200)
  const { pid } = await only(box)
  assert.ok(pid !== null)
  await box.kill(pid)
  const after = await waitFor('it to be started again', async () => {
    const now = await only(box)
    return now.state === 'healthy' && now.pid !== pid && now
  })
  assert.equal(after.restarts, 1)
  await waitFor('visitors to reach it', async () => (await box.visit()).status === 200)
  await ballast.free()
})

test('an instance is not ended while the edge has no space to store that it is to leave it', { skip }, async () => {
  await using small = await tmpfs('8m')
  await using box = await machine({ dir: join(small.path, 'host') })
  await serve(box)
  await using load = box.load(50)
  await using ballast = await small.fill()
  await assert.rejects(box.driver.shutdown(0, never), full(/\/edges\/edge-\d\.state\.json/))
  const { answered } = load.report()
  await waitFor('visitors', () => load.report().answered > answered + 10)
  await ballast.free()
  assert.deepEqual((await load.finish()).failed, [])
  await box.driver.shutdown(0, never)
})

test('a host that has no space to start is told as that, and starts when there is space', { skip }, async () => {
  await using small = await tmpfs('8m')
  const dir = join(small.path, 'host')
  const options = { dir, listen: '127.0.0.1:0', clock: systemClock, log: silent, compileCache }
  const driver = localDriver({ ...options, artifactPath: (digest) => digest })
  await using ballast = await small.fill()
  await assert.rejects(driver.address(never), full(new RegExp(`${dir} could not be written`)))
  await ballast.free()
  await driver.address(never)
  await driver.shutdown(0, never)
})

async function serve(box: Machine): Promise<InstanceSpec> {
  const release = await box.release('1')
  await box.driver.prepare(release, box.order(), never)
  const spec = specOf(release)
  await box.driver.place([spec], box.order(), never)
  await box.driver.route(box.routing([spec]), box.order(), never)
  return spec
}

async function only(box: Machine) {
  const [instance] = (await box.driver.observe(box.track, never)).instances
  return instance ?? assert.fail('there is no instance')
}
