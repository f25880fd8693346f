import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { type PackedRelease, packApp, specOf, type Wish } from '../../test/helpers/host-app.ts'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Fault } from '../lib/fault.ts'
import { silent } from '../lib/log.ts'
import { systemClock } from '../system/clock.ts'
import { makeDirectory } from '../system/files.ts'
import { environOf, findByMarks, isAlive } from '../system/proc.ts'
import type { InstanceSpec } from '../targets/driver.ts'
import { layoutOf } from './layout.ts'
import { Ports } from './ports.ts'
import { Releases } from './releases.ts'
import { Supervisor } from './supervisor.ts'

const never = new AbortController().signal

test('an instance is started with exactly its environment, and healthy soon', async (t) => {
  const { supervisor, place, release, instance } = await setting(t)
  await place({ env: { SECRET: 'canary-4711' } })
  const seen = supervisor.observed('shop/web/production')
  const { pid, startedAt, ...said } = seen[0]!
  assert.deepEqual(said, {
    ...{ name: 'd1-web-1', deployment: 'd1', process: 'web', state: 'healthy', restarts: 0, lastExit: null },
    ...{ digest: release.digest, version: '1', commit: release.commit },
  })
  assert.ok(startedAt !== null && startedAt <= Date.now())
  const env = Object.fromEntries(await environOf(pid!))
  const port = String(instance().port)
  const marks = { SIGNALBOX_HOST: 'host-1', SIGNALBOX_INSTANCE: 'd1-web-1' }
  assert.deepEqual(env, { PATH: '/usr/bin:/bin', DIGEST: release.digest, SECRET: 'canary-4711', PORT: port, ...marks })
  const cmdline = await readFile(`/proc/${pid}/cmdline`, 'utf8')
  assert.ok(!cmdline.includes('canary'))
})

test('an instance that never listens fails with its probes, its log and what to look at', async (t) => {
  const { fails } = await setting(t)
  const { details, message } = await fails({ env: { SILENT: '1' }, health: { startPeriodMs: 1500 } })
  assert.match(
    message,
    /d1-web-1 did not become healthy: not healthy within 1500 ms; its last probe failed: .*ECONNREFUSED/,
  )
  assert.deepEqual(details.log, ['hello from d1-web-1'])
  const [note] = details.probes as { count: number; fromMs: number; toMs: number; error: string }[]
  assert.ok(note!.count > 3 && note!.fromMs < 500 && note!.toMs > 1000, JSON.stringify(note))
})

test('an instance that answers with the wrong status fails with the start of its answer', async (t) => {
  const { fails, instance } = await setting(t)
  const { details, message } = await fails({ env: { NEVER: '1' }, health: { startPeriodMs: 500 } })
  assert.match(message, /answered with 503/)
  const last = (details.probes as { status?: number; answer?: string }[]).at(-1)!
  assert.deepEqual([last.status, last.answer], [503, 'not today'])
  assert.equal(instance().state, 'unhealthy')
})

test('an instance that exits during its start is given up after three times, early', async (t) => {
  const { fails, instance } = await setting(t)
  const { details, message } = await fails({ env: { EXITS: '7' } })
  assert.match(message, /it exited 3 times, last with exit 7/)
  assert.equal(details.exit, 'exit 7')
  await waitFor('it rests', () => instance().state === 'exited')
})

test('a program that is not there is said so, by name', async (t) => {
  const { fails } = await setting(t)
  const { message } = await fails({ argv: ['no-such-program', '--serve'] })
  assert.match(message, /no-such-program.*not there/)
})

test('the same command is told the same failure at once, a newer one gives another chance', async (t) => {
  const { fails, supervisor, release, dir } = await setting(t)
  const ill = join(dir, 'ill')
  await writeFile(ill, '')
  const wish = { env: { ILL: ill }, health: { startPeriodMs: 500 } }
  await fails(wish)
  const before = performance.now()
  await fails(wish)
  assert.ok(performance.now() - before < 200)
  await rm(ill)
  await supervisor.place([specOf(release, wish)], 2, never)
})

test('a slow app is waited for, and place may be given up and taken up again', async (t) => {
  const { supervisor, release, instance } = await setting(t)
  const spec = specOf(release, { env: { SLOW: '700' } })
  const controller = new AbortController()
  const first = supervisor.place([spec], 1, controller.signal)
  await waitFor('it is there', () => supervisor.get(spec.name)?.observed().pid)
  const { pid } = instance().observed()
  controller.abort(new Error('enough'))
  await assert.rejects(first, /enough/)
  await supervisor.place([spec], 1, never)
  assert.equal(instance().observed().pid, pid)
})

test('a crash is counted, its leftovers ended, and the instance started again at the same port', async (t) => {
  const { place, instance, dir } = await setting(t)
  const child = join(dir, 'child')
  await place({ env: { CHILD: child } })
  const { pid } = instance().observed()
  const { port } = instance()
  const orphan = Number(await waitFor('the child', () => text(child)))
  process.kill(pid!, 'SIGKILL')
  await waitFor('it is healthy again', () => instance().observed().restarts === 1 && instance().state === 'healthy')
  assert.equal(instance().observed().lastExit, 'SIGKILL')
  assert.equal(instance().port, port)
  await waitFor('the orphan is gone', () => isGone(orphan))
})

test('an instance that falls ill is told so, and takes longer to be trusted again each time', async (t) => {
  const { place, instance, dir } = await setting(t)
  const ill = join(dir, 'ill')
  await place({ env: { ILL: ill }, health: { intervalMs: 20 } })
  await writeFile(ill, '')
  await waitFor('it is ill', () => instance().state === 'unhealthy')
  assert.ok(instance().hasPassed)
  await rm(ill)
  await waitFor('it is well', () => instance().state === 'healthy')
  assert.equal(instance().observed().restarts, 0)
})

test('a port that another program takes in between is not taken for the instance', async (t) => {
  const { supervisor, release, instance } = await setting(t)
  const spec = specOf(release, { env: { SLOW: '400' }, health: { startPeriodMs: 5000, probe: { kind: 'tcp' } } })
  const placing = supervisor.place([spec], 1, never)
  await waitFor('it has a port', () => supervisor.get(spec.name)?.observed().pid)
  const taken = instance().port!
  const squatter = createServer().listen(taken, '0.0.0.0')
  t.after(() => squatter.close())
  await once(squatter, 'listening')
  await placing
  assert.notEqual(instance().port, taken)
  assert.equal(instance().observed().restarts, 1)
})

test('each kind of probe works', async (t) => {
  const { supervisor, release } = await setting(t)
  const command = ['/bin/sh', '-c', 'test "$PORT" -gt 0 && test -f app.mjs']
  const specs = [
    specOf(release, { name: 'd1-tcp-1', health: { probe: { kind: 'tcp' } } }),
    specOf(release, { name: 'd1-six-1', env: { LISTEN: '::1' } }),
    specOf(release, { name: 'd1-command-1', health: { probe: { kind: 'command', command } } }),
    specOf(release, { name: 'd1-line-1', health: { probe: { kind: 'command', command: 'test -n "$PORT"' } } }),
    specOf(release, {
      name: 'd1-process-1',
      env: { SILENT: '1' },
      health: { probe: { kind: 'process' }, startPeriodMs: 200 },
    }),
  ]
  await supervisor.place(specs, 1, never)
  assert.equal(supervisor.get('d1-six-1')?.address, '::1')
  const failing = specOf(release, {
    name: 'd1-bad-1',
    health: { probe: { kind: 'command', command: 'echo no such table; exit 3' }, startPeriodMs: 1000 },
  })
  await assert.rejects(supervisor.place([failing], 1, never), (error: Fault) => {
    const [probe] = error.details.probes as { answer: string; error: string }[]
    return probe?.answer === 'no such table\n' && probe.error === 'exit code 3'
  })
})

test('remove stops by the signal, and tells so', async (t) => {
  const { place, remove, supervisor, dir } = await setting(t)
  await place({})
  const account = await remove()
  assert.equal(account.ended, 'signal')
  assert.deepEqual(supervisor.observed('shop/web/production'), [])
  assert.deepEqual(await readdir(join(dir, 'host/instances')), [])
  assert.equal((await remove()).ended, 'gone')
})

test('remove kills what ignores the signal after the grace', async (t) => {
  const { place, remove } = await setting(t)
  await place({ env: { IGNORES_TERM: '1' }, graceMs: 300 })
  const account = await remove({ graceMs: 300 })
  assert.equal(account.ended, 'killed')
  assert.ok(account.afterMs >= 300 && account.afterMs < 2000, String(account.afterMs))
})

test('remove leaves no child and no daemon behind', async (t) => {
  const { place, remove, dir } = await setting(t)
  const [child, daemon] = [join(dir, 'child'), join(dir, 'daemon')]
  await place({ env: { CHILD: child, DAEMON: daemon }, graceMs: 200 })
  const pids = await Promise.all([child, daemon].map(async (path) => Number(await waitFor(path, () => text(path)))))
  assert.equal((await remove({ graceMs: 200 })).ended, 'killed')
  for (const pid of pids) await waitFor(`${pid} is gone`, () => isGone(pid))
})

test('remove during the start, and of one that was given up, leaves nothing', async (t) => {
  const { supervisor, release, fails, remove } = await setting(t)
  const spec = specOf(release, { env: { SLOW: '5000' } })
  const placing = supervisor.place([spec], 1, never)
  const refused = assert.rejects(placing, (error: Fault) => error.code === 'target.refused')
  await remove()
  await refused
  await fails({ env: { EXITS: '1' } })
  await remove()
  assert.deepEqual(await findByMarks({ SIGNALBOX_HOST: 'host-1', SIGNALBOX_INSTANCE: 'd1-web-1' }), [])
})

test('a name that is being removed can be placed again', async (t) => {
  const { supervisor, release, place, remove } = await setting(t)
  await place({})
  const removing = remove()
  await supervisor.place([specOf(release)], 2, never)
  assert.equal((await removing).ended, 'signal')
  assert.equal(supervisor.get('d1-web-1')?.state, 'healthy')
})

test('a name stands for one release only', async (t) => {
  const { supervisor, place, dir, releases } = await setting(t)
  await place({})
  const other = await packApp(dir, '2')
  await releases.prepare('shop/web/production', other, { archive: other.archive, signal: never })
  await assert.rejects(supervisor.place([specOf(other)], 2, never), (error: Fault) => error.code === 'target.refused')
})

async function text(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null)
}

async function isGone(pid: number): Promise<boolean> {
  const stat = await text(`/proc/${pid}/stat`)
  return stat === null || stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
}

interface Context {
  after(end: () => Promise<void>): void
}

async function setting(t: Context) {
  const temporary = await tempDir()
  const dir = temporary.path
  const layout = layoutOf(join(dir, 'host'))
  const ending = new AbortController()
  const common = { layout, bootId: 'boot', log: silent, signal: ending.signal, clock: systemClock }
  await makeDirectory(layout.instances, 0o700)
  const releases = new Releases(common)
  const ports = new Ports({ first: 29_000, last: 29_399 })
  const around = {
    ...common,
    hostId: 'host-1',
    releases,
    ports,
    leave: async (_: unknown, __: unknown, hasLeft: () => void) => hasLeft(),
    changed: () => {},
    starts: ({ track }: InstanceSpec) => makeDirectory(layout.logs(track), 0o700),
    ended: async () => {},
  }
  const supervisor = new Supervisor(around)
  const release: PackedRelease = await packApp(dir)
  const tracks = ['shop/web/production']
  for (const track of tracks) await releases.prepare(track, release, { archive: release.archive, signal: never })
  t.after(async () => {
    const stop = { signal: 'SIGTERM', graceMs: 0, drainMs: 0 } as const
    const names = supervisor.of('shop/web/production').map((instance) => instance.spec.name)
    await supervisor.remove(
      names.map((name) => ({ name, stop })),
      never,
    )
    ending.abort()
    await temporary[Symbol.asyncDispose]()
  })
  const instance = () => supervisor.get('d1-web-1')!
  const place = (wish: Wish) => supervisor.place([specOf(release, wish)], 1, never)
  const fails = async (wish: Wish): Promise<Fault> => {
    const error = await place(wish).then(
      () => assert.fail('it became healthy'),
      (thrown: unknown) => thrown,
    )
    assert.ok(error instanceof Fault && error.code === 'instance.unhealthy', String(error))
    return error
  }
  const remove = async (wish: Wish = {}) => {
    const [account] = await supervisor.remove([specOf(release, wish)], never)
    return account!
  }
  return { dir, layout, releases, supervisor, release, instance, place, fails, remove, around, isAlive }
}
