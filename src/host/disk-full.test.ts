import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { specOf } from '../../test/helpers/host-app.ts'
import { compileCache, type Machine, machine } from '../../test/helpers/machine.ts'
import { noTmpfs, tmpfs, tmpfsAt } from '../../test/helpers/tmpfs.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { silent } from '../lib/log.ts'
import { systemClock } from '../system/clock.ts'
import type { InstanceSpec } from '../targets/driver.ts'
import { localDriver } from '../targets/local/driver.ts'
import { layoutOf } from './layout.ts'

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

test('a full disk under the log of an instance: it goes on printing for a while, then what it printed makes way', {
  skip,
}, async () => {
  await using box = await machine()
  await using small = await tmpfsAt(dirname(layoutOf(box.dir).logs(box.track)), '4m')
  await serve(box)
  await using ballast = await small.fill()
  const { pid } = await only(box)
  for (let visits = 0; visits < 5; visits += 1) assert.equal((await box.visit('/?takes=1')).status, 200)
  assert.equal((await printed(box)).filter((line) => line === 'answering').length, 5)
  await print(box, 850)
  await waitFor('the log to be begun anew', async () =>
    /^\[signalbox\] \d+ bytes of the log are/.test((await printed(box))[0] ?? ''),
  )
  await print(box, 100)
  assert.equal((await only(box)).pid, pid)
  await ballast.free()
  assert.match((await printed(box)).at(-1) ?? '', /^line 1 x+$/)
})

/** The instance prints so many lines of a kilobyte. */
async function print(box: Machine, lines: number): Promise<void> {
  assert.equal((await box.visit(`/?prints=${lines}`)).status, 200)
}

async function printed(box: Machine): Promise<readonly string[]> {
  const lines: string[] = []
  const query = { track: box.track, process: null, lines: 1000, follow: false }
  await box.driver.logs(query, (_, { text }) => lines.push(text), never)
  return lines
}

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
