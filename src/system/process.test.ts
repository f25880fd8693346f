import assert from 'node:assert/strict'
import { pbkdf2 } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { systemClock } from './clock.ts'
import { runPiped } from './piped.ts'
import { endProcesses, findByMarks, isAlive, processTable, send, withDescendants } from './proc.ts'
import { type ChildOptions, runChild, runText, startChild } from './process.ts'
import { newId } from './random.ts'

const never = new AbortController().signal
const basic = { env: { PATH: '/usr/bin:/bin' }, limitMs: 20_000, signal: never }
const sh = (script: string): Pick<ChildOptions, 'argv'> => ({ argv: ['/bin/sh', '-c', script] })

test('a result holds the evidence: exit code, signal, duration, last words', async () => {
  const failed = await runChild({ ...basic, ...sh('echo out; echo err >&2; exit 3') })
  assert.deepEqual([failed.ended, failed.exitCode, failed.signal], ['itself', 3, null])
  assert.match(failed.tail, /out\n/)
  assert.match(failed.tail, /err\n/)
  assert.ok(failed.durationMs > 0)
  const killed = await runChild({ ...basic, ...sh('kill -SEGV $$') })
  assert.deepEqual([killed.ended, killed.exitCode, killed.signal], ['itself', null, 'SIGSEGV'])
})

test('a program that is over at once is heard of, however busy the machine is with files', async () => {
  await using dir = await tempDir()
  const stdout = { appendTo: join(dir.path, 'out') }
  using _ = busyThreads()
  const quick = await runChild({ ...basic, ...sh('exit 3'), stdout })
  assert.deepEqual([quick.ended, quick.exitCode], ['itself', 3])
})

/** Node's threads, which files are opened and closed by, always have some hundred milliseconds of work before them. */
function busyThreads(): Disposable {
  let over = false
  const work = (): void => void pbkdf2('a', 'b', 30_000, 64, 'sha512', () => over || work())
  for (let i = 0; i < 20; i += 1) work()
  return {
    [Symbol.dispose]() {
      over = true
    },
  }
}

test('the environment is exactly what was given', async () => {
  const text = await runText({ ...basic, argv: ['/usr/bin/env'], env: { ONLY: 'this', ODD: "a b'\n$(id)" } })
  assert.deepEqual(text, "ONLY=this\nODD=a b'\n$(id)\n")
})

test('words reach the program as they are, hostile ones too', async () => {
  const words = ['$(touch x)', '`id`', "a'b", '--', '-rf', '', 'new\nline', '\u202e']
  const text = await runText({ ...basic, argv: ['/usr/bin/printf', '%s\\0', ...words] })
  assert.deepEqual(text.split('\0').slice(0, -1), words)
})

test('input is text, bytes or a stream, and a program that does not read it is no error', async () => {
  assert.equal(await runText({ ...basic, argv: ['cat'], stdin: 'text' }), 'text')
  assert.equal(await runText({ ...basic, argv: ['cat'], stdin: pieces(['a', 'b', 'c']) }), 'abc')
  assert.equal((await runChild({ ...basic, argv: ['true'], stdin: 'x'.repeat(1_000_000) })).exitCode, 0)
  assert.equal(await runText({ ...basic, argv: ['cat'] }), '')
})

async function* pieces(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

test('what cannot be started is a fault that says why', async () => {
  await assert.rejects(runChild({ ...basic, argv: ['no-such-program'] }), {
    code: 'process.not_started',
    message: /not there/,
  })
  await assert.rejects(runChild({ ...basic, argv: ['true'], cwd: '/no/such/folder' }), { code: 'process.not_started' })
  await assert.rejects(runChild({ ...basic, argv: ['true'], env: { BIG: 'x'.repeat(5_000_000) } }), {
    code: 'process.not_started',
    message: /too long/,
  })
  await assert.rejects(runChild({ ...basic, argv: ['tr\0ue'] }), { code: 'process.not_started' })
  await assert.rejects(runChild({ ...basic, argv: [] }), { code: 'process.not_started' })
})

test('a program is held back while its output cannot be taken', async () => {
  const step = Promise.withResolvers<void>()
  let chunks = 0
  const child = await startChild({
    ...basic,
    ...sh('head -c 3000000 /dev/zero'),
    stdout: () => {
      chunks += 1
      return step.promise
    },
  })
  await waitFor('the first chunk', () => chunks === 1)
  assert.equal(await Promise.race([child.result, systemClock.sleep(100).then(() => 'held back')]), 'held back')
  assert.equal(chunks, 1)
  step.resolve()
  assert.equal((await child.result).exitCode, 0)
  assert.ok(chunks > 10)
})

test('a result comes only after all output has been handled, however slowly', async () => {
  let bytes = 0
  const stdout = async (chunk: Uint8Array) => {
    await systemClock.sleep(5)
    bytes += chunk.length
  }
  await runChild({ ...basic, ...sh('head -c 60000 /dev/zero; sleep 0.02; head -c 60000 /dev/zero; echo'), stdout })
  assert.equal(bytes, 120_001)
})

test('an output handler that fails ends the program and is what the caller sees', async () => {
  const failing = () => {
    throw new Error('cannot keep it')
  }
  await assert.rejects(runChild({ ...basic, argv: ['yes'], stdout: failing }), /cannot keep it/)
  await assert.rejects(runText({ ...basic, argv: ['yes'], maxBytes: 10_000 }), { code: 'process.too_much_output' })
})

test('the limit ends the whole group, also one that ignores SIGTERM', async () => {
  const id = newId('mark')
  const script = 'trap "" TERM; (trap "" TERM; while :; do sleep 1; done) & while :; do sleep 1; done'
  const result = await runChild({
    ...basic,
    ...sh(script),
    env: { ...basic.env, MARK: id },
    limitMs: 100,
    graceMs: 100,
  })
  assert.deepEqual([result.ended, result.signal], ['limit', 'SIGKILL'])
  assert.deepEqual(await findByMarks({ MARK: id }), [])
})

test('a cancelled program gets SIGTERM first and may end in order', async () => {
  const stop = new AbortController()
  const options = {
    ...basic,
    ...sh('trap "echo bye; exit 7" TERM; echo up; while :; do sleep 0.05; done'),
    signal: stop.signal,
  }
  const child = await startChild({ ...options, stdout: () => stop.abort() })
  const result = await child.result
  assert.deepEqual([result.ended, result.exitCode], ['aborted', 7])
  assert.match(result.tail, /bye/)
  await assert.rejects(startChild(options), { name: 'AbortError' })
})

test('a stopped program can be ended too', async () => {
  const stop = new AbortController()
  const child = await startChild({ ...basic, ...sh('kill -STOP $$; sleep 30'), signal: stop.signal, graceMs: 2_000 })
  await waitFor('it has stopped', async () => (await readFile(`/proc/${child.pid}/stat`, 'latin1')).includes(') T '))
  stop.abort()
  assert.equal((await child.result).signal, 'SIGTERM')
})

test('a daemon that holds the output open does not hold us up, and its program\u2019s last words are there', async () => {
  await using dir = await tempDir()
  const env = { ...basic.env, MARK: newId('mark'), UP: join(dir.path, 'up') }
  const script = 'setsid sh -c "touch $UP; exec sleep 30" & while [ ! -e $UP ]; do sleep 0.01; done; echo last words'
  const child = await startChild({ ...basic, ...sh(script), env })
  const result = await child.result
  assert.equal(result.tail, 'last words\n')
  const find = () => findByMarks({ MARK: env.MARK })
  assert.equal((await find()).length, 1)
  assert.deepEqual(await endProcesses({ find, graceMs: 1_000, clock: systemClock }), [])
  assert.deepEqual(await find(), [])
})

test('what is left in the group ends with the program, or stays when that is wished', async () => {
  const id = newId('mark')
  const env = { ...basic.env, MARK: id }
  await runChild({ ...basic, ...sh('sleep 30 & exit 0'), env })
  assert.deepEqual(await findByMarks({ MARK: id }), [])
  const child = await startChild({ ...basic, ...sh('sleep 30 & exit 0'), env, keepGroup: true })
  await child.result
  const [left] = await findByMarks({ MARK: id })
  assert.equal(left?.group, child.pid)
  send(left?.pid ?? 0, 'SIGKILL')
  await child.close()
})

test('output goes straight to a file and survives us', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'out.log')
  for (const word of ['one', 'two'])
    await runChild({ ...basic, argv: ['echo', word], stdout: { appendTo: path }, stderr: { appendTo: path } })
  assert.equal(await readFile(path, 'utf8'), 'one\ntwo\n')
})

test('two programs joined: each is held back by the other, and the first one ends when the second has gone', async () => {
  const [first, second] = await runPiped(
    { ...basic, ...sh('head -c 5000000 /dev/zero') },
    { ...basic, argv: ['wc', '-c'] },
  )
  assert.deepEqual([first.exitCode, second.tail.trim()], [0, '5000000'])
  const [, gone] = await runPiped({ ...basic, ...sh('head -c 5000000 /dev/zero') }, { ...basic, ...sh('exit 9') })
  assert.equal(gone.exitCode, 9)
  await assert.rejects(runPiped({ ...basic, argv: ['no-such-program'] }, { ...basic, argv: ['cat'] }), {
    code: 'process.not_started',
  })
})

test('a process is known by its number and start time', async () => {
  const child = await startChild({ ...basic, argv: ['sleep', '30'] })
  assert.equal(await isAlive(child), true)
  assert.equal(await isAlive({ pid: child.pid, startTime: child.startTime - 1 }), false)
  const table = await processTable()
  const own = table.find(({ pid }) => pid === child.pid)
  assert.deepEqual([own?.group, own?.session, own?.parent], [child.pid, child.pid, process.pid])
  assert.ok(
    withDescendants(
      table.filter(({ pid }) => pid === process.pid),
      table,
    ).some(({ pid }) => pid === child.pid),
  )
  send(child.pid, 'SIGKILL')
  await child.result
  assert.equal(await isAlive(child), false)
  send(child.pid, 'SIGKILL')
})
