import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { systemClock } from './clock.ts'
import { CpuMeter, type Reading } from './cpu-meter.ts'
import { runChild } from './process.ts'
import { newId } from './random.ts'

const never = new AbortController().signal
const env = { PATH: process.env.PATH ?? '' }

/** Burns about so much processor time, in a process of its own. */
const burn = (ms: number) => `node -e "while (process.cpuUsage().user < ${ms} * 1000);"`

/** What the script took by the meter, and what it took in truth, as the kernel tells whoever waited for it. */
async function measured(script: string, marked = true, more: { readonly power?: string } = {}) {
  const marks = { SIGNALBOX_ATTEMPT: newId('attempt') }
  const meter = new CpuMeter({ marks, clock: systemClock, proc: '/proc', ...more })
  const over = new AbortController()
  const [begin, before] = [await meter.mark(), ownChildrenMs()]
  const watching = meter.watch(over.signal)
  const argv = ['/bin/sh', '-c', script]
  await runChild({ argv, env: marked ? { ...env, ...marks } : env, limitMs: 60_000, signal: never })
  over.abort()
  const end = await meter.mark()
  await watching
  return { meteredMs: end.cpuMs - begin.cpuMs, trueMs: ownChildrenMs() - before, counted: end.counted }
}

/** Of children that have ended and that we have waited for. */
function ownChildrenMs(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) * 10
}

function assertNear({ meteredMs, trueMs }: { meteredMs: number; trueMs: number }): void {
  assert.ok(trueMs > 0 && meteredMs > trueMs * 0.6 && meteredMs < trueMs * 1.6, `${meteredMs} is not ${trueMs}`)
}

test('what a whole tree takes is counted: children at work, those that came and went, those side by side', async () => {
  assertNear(await measured(`${burn(400)}; ${burn(300)} & (${burn(300)}); wait`))
})

test('who waits takes next to nothing', async () => {
  const { meteredMs, trueMs } = await measured('sleep 1.2')
  assert.ok(meteredMs < 100, `${meteredMs} of ${trueMs}`)
})

test('what has left its parent and its session is found by its marks', async () => {
  await using dir = await tempDir()
  const done = join(dir.path, 'done')
  const away = `(setsid sh -c '${burn(700)}; touch ${done}' &)`
  const { meteredMs, trueMs } = await measured(`${away}; while [ ! -e ${done} ]; do sleep 0.05; done`)
  assert.ok(meteredMs > trueMs + 350, `${meteredMs} of ${trueMs}`)
})

test('what went fast between two looks is counted to its end', async () => {
  const { meteredMs, trueMs } = await measured(`sleep 0.9; exec ${burn(250)}`)
  assert.ok(Math.abs(meteredMs - trueMs) <= 60, `${meteredMs} of ${trueMs}`)
})

test('others are not counted, whatever they take', async () => {
  const { meteredMs } = await measured(burn(600), false)
  assert.ok(meteredMs < 100, `${meteredMs}`)
})

test('what is always over before anybody looks is counted as well', async () => {
  const meter = new CpuMeter({ marks: { A: 'b' }, clock: systemClock, proc: '/proc' })
  const [before, begin] = [ownChildrenMs(), await meter.mark()]
  let cpuMs = begin.cpuMs
  for (let runs = 0; runs < 40; runs += 1) {
    const argv = ['/bin/sh', '-c', 'for i in 1 2 3 4 5; do /bin/true; done']
    await runChild({ argv, env: { A: 'b' }, limitMs: 5_000, signal: never })
    cpuMs = (await meter.mark()).cpuMs
  }
  const trueMs = ownChildrenMs() - before
  assert.ok(trueMs > 0 && Math.abs(cpuMs - begin.cpuMs - trueMs) <= 20, `${cpuMs} of ${trueMs}`)
})

test('where the processor has counters they are read, also when they begin anew', async () => {
  await using dir = await tempDir()
  const zone = join(dir.path, 'intel-rapl:0')
  await mkdir(zone)
  const count = (microjoules: number) => writeFile(join(zone, 'energy_uj'), `${microjoules}\n`)
  await writeFile(join(zone, 'name'), 'package-0\n')
  await writeFile(join(zone, 'max_energy_range_uj'), '10000000\n')
  const meter = new CpuMeter({ marks: { A: 'b' }, clock: systemClock, proc: '/proc', power: dir.path })
  const readings: (Reading['counted'] | undefined)[] = []
  for (const microjoules of [1_000_000, 9_500_000, 2_000_000]) {
    await count(microjoules)
    readings.push((await meter.mark()).counted)
  }
  assert.deepEqual(
    readings.map((each) => each?.joules),
    [0, 8.5, 11],
  )
  assert.ok((readings[2]?.cpuMs ?? -1) >= (readings[1]?.cpuMs ?? 0))
})

test('where nothing can be read every call says so, and nothing else happens', async () => {
  await using dir = await tempDir()
  const refusals = [join(dir.path, 'nowhere'), dir.path]
  for (const proc of refusals) {
    const meter = new CpuMeter({ marks: { A: 'b' }, clock: systemClock, proc })
    await assert.rejects(meter.mark())
    await assert.rejects(meter.watch(never))
  }
})
