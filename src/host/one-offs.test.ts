import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { machine } from '../../test/helpers/machine.ts'
import { noStrace } from '../../test/helpers/strace.ts'
import { noTmpfs, tmpfsAt } from '../../test/helpers/tmpfs.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { findByMarks } from '../system/proc.ts'
import { systemPath } from '../system/programs.ts'
import type { TerminalInput } from '../targets/driver.ts'
import { layoutOf } from './layout.ts'

const never = new AbortController().signal

/** Both outputs are opened before the command is started: at the second one everything is ready and nothing has begun. */
test('a host killed just before it starts a command: the next one starts it, once', {
  skip: await noStrace(),
}, async () => {
  await using box = await machine()
  const release = await box.release('1')
  await box.driver.prepare(release, box.order(), never)
  const counter = join(box.dir, 'ran')
  const wish = {
    ...{ name: 'd1-migrate', track: box.track, release, argv: ['/bin/sh', '-c', `echo x >> ${counter}; exit 5`] },
    ...{ env: { PATH: systemPath }, directory: '.', shared: [], timeoutMs: 30_000 },
  }
  const pid = await box.hostPid()
  const err = join(layoutOf(box.dir).oneOff(wish.name), 'err')
  const words = ['-f', '-qq', '-o', '/dev/null', '-P', err, '-e', 'inject=openat:signal=KILL', '-p', String(pid)]
  const tracer = spawn('strace', words, { stdio: 'ignore' })
  const ended = once(tracer, 'exit')
  await waitFor('the tracer is there', async () =>
    /TracerPid:\t[1-9]/.test(await readFile(`/proc/${pid}/status`, 'utf8')),
  )
  const result = await box.driver.run(wish, box.order(), () => {}, never)
  await ended
  assert.equal(result.exitCode, 5)
  assert.notEqual(await box.hostPid(), pid, 'the host was killed')
  assert.equal(await readFile(counter, 'utf8'), 'x\n')
})

test('how a command ended is known though the disk was full when it did, also to a later host', {
  skip: await noTmpfs(),
}, async () => {
  await using box = await machine()
  await using small = await tmpfsAt(layoutOf(box.dir).oneOffs, '1m')
  const release = await box.release('1')
  await box.driver.prepare(release, box.order(), never)
  const [begun, goOn] = [join(box.dir, 'begun'), join(box.dir, 'go-on')]
  const script = `: > ${begun}; while [ ! -e ${goOn} ]; do sleep 0.02; done; exit 5`
  const wish = {
    ...{ name: 'd1-migrate', track: box.track, release, argv: ['/bin/sh', '-c', script] },
    ...{ env: { PATH: systemPath }, directory: '.', shared: [], timeoutMs: 30_000 },
  }
  const order = box.order()
  const lost = box.driver.run(wish, order, () => {}, never).catch((error: unknown) => error)
  await waitFor('it has begun', () => existsSync(begun))
  await using ballast = await small.fill()
  await box.kill(await box.hostPid())
  await writeFile(goOn, '')
  await waitFor('it has ended', async () => (await findByMarks({ SIGNALBOX_ONE_OFF: wish.name })).length === 0)
  await ballast.free()
  await lost
  assert.equal((await box.driver.run(wish, order, () => {}, never)).exitCode, 5)
})

test('a console ends with the host that carried it, whatever runs in it; the next host tells how', async () => {
  await using box = await machine()
  const release = await box.release('1')
  await box.driver.prepare(release, box.order(), never)
  const wish = {
    ...{ name: 'o1', track: box.track, release, argv: ['/bin/sh', '-c', 'trap "" HUP TERM INT; echo up; sleep 600'] },
    ...{ env: { PATH: systemPath }, directory: '.', shared: [], timeoutMs: 60_000 },
  }
  let screen = ''
  const forever = Promise.withResolvers<IteratorResult<TerminalInput>>()
  const terminal = () => ({
    size: { rows: 24, columns: 80 },
    show: async (bytes: Uint8Array) => {
      screen += Buffer.from(bytes).toString()
    },
    input: { [Symbol.asyncIterator]: () => ({ next: () => forever.promise }) },
  })
  const sitting = box.driver.console?.(wish, terminal(), box.order(), never).catch((error: unknown) => error)
  await waitFor('it has begun', () => screen.includes('up'))
  await box.kill(await box.hostPid())
  assert.match(String(await sitting), /went away/)
  const told = await box.driver.console?.(wish, terminal(), box.order(), never)
  assert.equal(told?.hungUp, true)
  assert.deepEqual(await findByMarks({ SIGNALBOX_ONE_OFF: wish.name }), [])
  forever.resolve({ done: true, value: undefined })
})

test('a command tells what it took, with all that it has waited for, also when it said no', async () => {
  await using box = await machine()
  const release = await box.release('1')
  await box.driver.prepare(release, box.order(), never)
  const burn = 'i=0; while [ $i -lt 150000 ]; do i=$((i + 1)); done'
  const script = `sh -c '${burn}'; sh -c '${burn}'; sleep 0.3; exit 7`
  const wish = {
    ...{ name: 'd1-migrate', track: box.track, release, argv: ['/bin/sh', '-c', script] },
    ...{ env: { PATH: systemPath }, directory: '.', shared: [], timeoutMs: 60_000 },
  }
  const { exitCode, cpuMs, durationMs } = await box.driver.run(wish, box.order(), () => {}, never)
  assert.equal(exitCode, 7)
  assert.ok(cpuMs !== undefined && cpuMs > 80 && cpuMs < durationMs, `${cpuMs} of ${durationMs}`)
  const killed = { ...wish, name: 'd2-migrate', argv: ['/bin/sh', '-c', 'kill -9 $PPID; sleep 5'] }
  assert.equal((await box.driver.run(killed, box.order(), () => {}, never)).cpuMs, undefined)
})
