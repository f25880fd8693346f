import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { step, type TestRunner, testRunner } from '../../test/helpers/runner.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { bootId, environOf, inspect, isAlive, type ProcessInfo, processTable } from '../system/proc.ts'
import type { JobPlan } from './runner.ts'

/** A real second process that runs the job, as a server does. */
function serverThatRuns(t: TestRunner, plan: JobPlan): ChildProcess {
  const program = fileURLToPath(import.meta.resolve('../../test/helpers/run-job.ts'))
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin.end(JSON.stringify({ path: t.path, serverId: t.options.serverId, plan }))
  return child
}

async function killed(server: ChildProcess): Promise<void> {
  const ended = server.exitCode === null && server.signalCode === null ? once(server, 'exit') : null
  server.kill('SIGKILL')
  await ended
}

const daemons = `
  (setsid sh -c 'trap "" TERM; while :; do sleep 1; done' &)
  (env -i setsid sh -c 'cd ../home; while :; do /bin/sleep 1; done' &)
  (env -i sh -c 'while :; do /bin/sleep 1; done' &)
  (env -i sh -c 'cd /; echo $$; while :; do /bin/sleep 1; done' &)
  sleep 0.2
  echo up
  while :; do sleep 1; done`

test('a new server ends everything a killed one left running, and tells whose it was', async () => {
  await using t = await testRunner()
  const plan = await t.plan({ attempt: 'r9/test (a b)/1', steps: [step(daemons)] })
  const server = serverThatRuns(t, plan)
  await waitFor('the job is up', async () => (await t.lines(plan.attempt)).includes('up'))
  await killed(server)
  const away = Number((await t.lines(plan.attempt)).find((line) => /^\d+$/.test(line)))
  const before = [...(await inFolder(t.options.workDir)), (await inspect(away))!]
  assert.ok(before.length >= 6, `${before.length} processes live on`)
  const started = performance.now()
  assert.deepEqual(await t.runner.recover(), ['r9/test (a b)/1'])
  assert.ok(performance.now() - started < 5_000)
  for (const info of before) assert.equal(await isAlive(info), false, `${info.pid}`)
  assert.deepEqual(await readdir(t.options.workDir), [])
  assert.deepEqual(await t.runner.recover(), [], 'a second time there is nothing to do')
  assert.equal(
    (await t.runner.run({ ...plan, steps: [step('echo again')] }, new AbortController().signal)).outcome,
    'succeeded',
  )
  assert.deepEqual((await t.lines(plan.attempt)).slice(1), ['up', 'again'])
})

async function inFolder(folder: string): Promise<readonly ProcessInfo[]> {
  const { workingDirectoryOf } = await import('../system/proc.ts')
  const table = await processTable()
  const folders = await Promise.all(table.map(({ pid }) => workingDirectoryOf(pid)))
  return table.filter((_, index) => folders[index]?.startsWith(folder))
}

test('killed at any moment, a build leaves nothing that recovery does not clear, and succeeds when it is run again', async () => {
  await using t = await testRunner()
  await t.repository.commit(
    Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`f${index}`, 'x'.repeat(5_000)])),
  )
  const steps = [
    step('head -c 20000000 /dev/zero > large; (setsid sleep 50 &)'),
    step('echo {} >> "$SIGNALBOX_OUTPUT"'),
  ]
  for (const delayMs of [150, 170, 190, 210, 230, 260, 300, 400]) {
    const plan = await t.plan({ steps, archive: true })
    const server = serverThatRuns(t, plan)
    const isOver = await Promise.race([
      once(server, 'exit').then(() => true),
      new Promise((resolve) => setTimeout(resolve, delayMs, false)),
    ])
    await killed(server)
    const found = await t.runner.recover()
    assert.ok(isOver || found.length <= 1)
    assert.deepEqual([await t.processes(), await readdir(t.options.workDir).catch(() => [])], [[], []])
    assert.deepEqual(await readdir(join(t.path, 'artifacts', 'unfinished')).catch(() => []), [])
    for (const digest of await t.artifacts.list()) await t.artifacts.verify(digest)
    assert.equal((await t.runner.run(plan, new AbortController().signal)).outcome, 'succeeded')
  }
})

test('running an attempt again ends what its first call left, also without recovery', async () => {
  await using t = await testRunner()
  const plan = await t.plan({ steps: [step('echo up; while :; do sleep 1; done')] })
  const server = serverThatRuns(t, plan)
  await waitFor('the job is up', async () => (await t.lines(plan.attempt)).includes('up'))
  await killed(server)
  const before = await t.processes()
  assert.ok(before.length > 0)
  await t.runner.run({ ...plan, steps: [step('true')] }, new AbortController().signal)
  for (const info of before) assert.equal(await isAlive(info), false)
})

test('recovery leaves other servers\u2019 jobs, apps and people alone', async () => {
  await using t = await testRunner()
  const folder = join(t.options.workDir, 'r1-x-1')
  await mkdir(join(folder, 'own'), { recursive: true })
  const quiet = { stdio: 'ignore', detached: true } as const
  const start = (env: Record<string, string>, cwd = '/') =>
    spawn('sleep', ['100'], { ...quiet, cwd, env: { PATH: '/usr/bin:/bin', ...env } })
  const strangers = [
    start({ SIGNALBOX_SERVER: `${t.options.serverId}x`, SIGNALBOX_ATTEMPT: 'r1/x/1' }),
    start({ SIGNALBOX_SERVER: t.options.serverId, SIGNALBOX_INSTANCE: 'i1' }),
    start({}, folder),
    start({}),
  ]
  const reused = (await inspect(strangers[3]!.pid!))!
  await writeFile(join(folder, 'own', 'attempt.json'), JSON.stringify({ attempt: 'r1/x/1', boot: await bootId() }))
  await writeFile(join(folder, 'own', 'sessions'), `${reused.pid} ${reused.startTime - 1}\n12 0\nrubbish\n1 1\n`)
  assert.deepEqual(await t.runner.recover(), ['r1/x/1'])
  for (const { pid = 0 } of strangers) assert.notEqual((await environOf(pid)).size, 0, `${pid} was ended`)
  for (const child of strangers) child.kill('SIGKILL')
  assert.deepEqual(await readdir(t.options.workDir), [])
})

test('sessions written down in an earlier life of the machine mean nothing', async () => {
  await using t = await testRunner()
  const own = join(t.options.workDir, 'r1-x-1', 'own')
  await mkdir(own, { recursive: true })
  const child = spawn('sleep', ['100'], { stdio: 'ignore', detached: true })
  const { pid, startTime } = (await inspect(child.pid!))!
  await writeFile(join(own, 'attempt.json'), JSON.stringify({ attempt: 'r1/x/1', boot: 'another' }))
  await writeFile(join(own, 'sessions'), `${pid} ${startTime}\n`)
  await t.runner.recover()
  assert.equal(await isAlive({ pid, startTime }), true)
  child.kill('SIGKILL')
})

test('folders that were cut off while they were made are cleared too', async () => {
  await using t = await testRunner()
  await mkdir(join(t.options.workDir, 'half', 'own'), { recursive: true })
  await writeFile(join(t.options.workDir, 'half', 'own', 'attempt.json'), '{"attem')
  await mkdir(join(t.options.workDir, 'less'))
  assert.deepEqual(await t.runner.recover(), [])
  assert.deepEqual(await readdir(t.options.workDir), [])
})
