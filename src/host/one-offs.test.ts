import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { machine } from '../../test/helpers/machine.ts'
import { noStrace } from '../../test/helpers/strace.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { systemPath } from '../system/programs.ts'
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
