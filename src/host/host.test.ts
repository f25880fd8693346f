import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { freePort } from '../../test/helpers/free-port.ts'
import { specOf, type Wish } from '../../test/helpers/host-app.ts'
import { compileCache, isGone, type Machine, machine } from '../../test/helpers/machine.ts'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { Clock } from '../lib/clock.ts'
import { Fault } from '../lib/fault.ts'
import { systemClock } from '../system/clock.ts'
import { processTable } from '../system/proc.ts'
import type { InstanceSpec, Line, OneOff } from '../targets/driver.ts'
import { ensureHost } from '../targets/local/start-host.ts'

const never = new AbortController().signal
/** A clock by which every wait is over in a twentieth of its time. */
const hasty: Clock = {
  now: systemClock.now,
  monotonic: () => systemClock.monotonic() * 20,
  sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
}
const hasCode = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

test('a host that is killed costs no visitor an answer, and its successor takes everything over', async () => {
  await using box = await machine()
  const specs = await serve(box, [{ name: 'd1-web-1' }, { name: 'd1-web-2' }])
  const [before, edges] = [await observed(box), await box.edgePids()]
  await using load = box.load(150)
  for (let kills = 0; kills < 3; kills += 1) {
    await box.kill(await box.hostPid())
    assert.deepEqual(await observed(box), before)
    const { answered } = load.report()
    await waitFor('visitors of its successor', () => load.report().answered > answered + 20)
  }
  assert.deepEqual((await load.finish()).failed, [])
  assert.deepEqual(await box.edgePids(), edges)
  assert.deepEqual((await box.driver.observe(box.track, never)).routed, names(specs))
})

test('SIGTERM ends the host only, and it can be told to make way', async () => {
  await using box = await machine()
  await serve(box, [{}])
  const before = await observed(box)
  const pid = await box.hostPid()
  process.kill(pid, 'SIGTERM')
  await waitFor('it has ended', () => isGone(pid))
  assert.equal((await box.visit()).status, 200)
  assert.deepEqual(await observed(box), before)
  const moved = {
    ...box.options,
    edges: 2,
    compileCache,
    ports: '20000-29999',
    listen: box.address.replace('127.0.0.1', '127.0.0.2'),
  }
  const hello = await ensureHost(moved, never)
  assert.equal(hello.listen, moved.listen)
  assert.deepEqual(await observed(box), before)
  const [host, port] = moved.listen.split(':')
  await waitFor('visitors come in at the new address', async () => {
    const response = await fetch(`http://${host}:${port}/.well-known/signalbox/version`).catch(() => null)
    return response !== null
  })
})

test('a host with fewer edge workers ends the others, without a visitor lost', async () => {
  await using box = await machine()
  await serve(box, [{}])
  await using load = box.load(100)
  const place = { ...box.options, edges: 1, ports: '20000-29999', compileCache }
  await ensureHost(place, never)
  await waitFor('there is one worker', async () => (await box.edgePids()).length === 1, 15_000)
  await waitFor('visitors', () => load.report().answered > 100)
  assert.deepEqual((await load.finish()).failed, [])
  assert.deepEqual(await routed(box), ['d1-web-1'])
})

test('two hosts on one directory: one does the work, the other goes', async () => {
  await using box = await machine()
  const pid = await box.hostPid()
  const second = spawn(process.execPath, ['src/host.ts', '--data', box.dir, '--listen', box.address], { stdio: 'pipe' })
  let said = ''
  second.stderr.on('data', (chunk) => (said += chunk))
  const [code] = await once(second, 'exit')
  assert.equal(code, 0)
  assert.match(said, new RegExp(`Another host \\(process ${pid}\\)`))
  await box.kill(pid)
  const place = { ...box.options, edges: 2, ports: '20000-29999', compileCache }
  const hellos = await Promise.all([1, 2, 3].map(() => ensureHost(place, never)))
  assert.equal(new Set(hellos.map((hello) => hello.pid)).size, 1)
})

test('an address where another host has its edge is refused: the kernel would deal visitors out to both', async () => {
  await using box = await machine()
  await using dir = await tempDir()
  // The host is there before its edge is.
  await waitFor('the edge to listen', () => box.visit().catch(() => null))
  const place = { ...box.options, dir: dir.path, listen: box.address, edges: 1, ports: '20000-29999', compileCache }
  await assert.rejects(ensureHost(place, never), /cannot listen on \S+: another program listens there/)
})

test('a host that stands still is told as unreachable, and is not replaced while it may go on', async () => {
  await using box = await machine()
  const pid = await box.hostPid()
  process.kill(pid, 'SIGSTOP')
  const place = { ...box.options, edges: 2, ports: '20000-29999', compileCache, clock: hasty }
  await assert.rejects(ensureHost(place, never), hasCode('target.unreachable'))
  // The one that was started in vain goes by itself, but not within so hasty a time.
  await waitFor('it to be alone', async () => (await hostsOn(box.dir)).join() === String(pid))
  process.kill(pid, 'SIGCONT')
  assert.equal((await ensureHost(place, never)).pid, pid)
})

async function hostsOn(dir: string): Promise<readonly number[]> {
  const pids = (await processTable()).map(({ pid }) => pid)
  const words = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return pids.filter((_, index) => words[index]?.includes(`src/host.ts\0--data\0${dir}\0`))
}

test('a directory that others may read is refused', async () => {
  await using dir = await tempDir()
  const open = join(dir.path, 'open')
  await mkdir(open, { mode: 0o755 })
  const host = spawn(process.execPath, ['src/host.ts', '--data', open, '--listen', '127.0.0.1:0'], { stdio: 'pipe' })
  let said = ''
  host.stderr.on('data', (chunk) => (said += chunk))
  const [code] = await once(host, 'exit')
  assert.equal(code, 1)
  assert.match(said, /is open to others \(mode 755\)/)
})

test('what is there is closed to others, and a secret stands in no command line and no log', async () => {
  await using box = await machine()
  const canary = 'canary-5e1f'
  const release = await box.release('1')
  await box.driver.prepare(release, box.order(), never)
  const env = { SECRET: canary, PATH: '/usr/bin:/bin' }
  const lines: string[] = []
  const watching = watchCommandLines(lines)
  const specs = [specOf(release, { env })]
  await box.driver.place(specs, box.order(), never)
  await box.driver.route(box.routing(specs), box.order(), never)
  await box.driver.run(oneOff(box, release, { argv: ['true'], env }), box.order(), () => {}, never)
  watching.end()
  assert.ok(lines.some((line) => line.includes('app.mjs')))
  assert.deepEqual(
    lines.filter((line) => line.includes(canary)),
    [],
  )
  assert.equal((await stat(box.dir)).mode & 0o777, 0o700)
  const files = await readdir(box.dir, { recursive: true, withFileTypes: true })
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name)
    if (path.includes('/tree/') || !(await readFile(path, 'utf8')).includes(canary)) continue
    assert.match(path, /instances\/d1-web-1\.json$/)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
  }
  assert.equal((await stat(join(box.dir, 'control.sock'))).mode & 0o777, 0o600)
})

test('a host killed while it places: the instance is taken up, not started twice', async () => {
  await using box = await machine()
  const release = await box.release('1')
  await box.driver.prepare(release, box.order(), never)
  const spec = specOf(release, { env: { SLOW: '600' } })
  const order = box.order()
  const placing = box.driver.place([spec], order, never)
  const [running] = await waitFor('its process', async () => {
    const found = await box.processesOf(spec.name)
    return found.length > 0 && found
  })
  await box.kill(await box.hostPid())
  await placing
  assert.deepEqual(await pidsOf(box, spec), [running?.pid])
  assert.equal((await instanceOf(box, spec)).restarts, 0)
})

test('a host killed between a start and its record finds the process by its marks', async () => {
  await using box = await machine()
  const [spec] = await serve(box, [{ env: { DAEMON: join(box.dir, 'daemon') } }])
  assert.ok(spec)
  await box.kill(await box.hostPid())
  const { pid } = JSON.parse(await readFile(join(box.dir, 'instances/d1-web-1.json'), 'utf8')).process
  await change(join(box.dir, 'instances/d1-web-1.json'), { isStarting: true, process: null, starts: 0 })
  await waitFor('it is healthy', async () => (await instanceOf(box, spec)).state === 'healthy')
  const now = await instanceOf(box, spec)
  assert.deepEqual([now.pid, now.restarts], [pid, 0])
})

test('a host killed before a start starts it', async () => {
  await using box = await machine()
  const [spec] = await serve(box, [{}])
  assert.ok(spec)
  const { pid } = await instanceOf(box, spec)
  await box.kill(await box.hostPid())
  await box.kill(pid!)
  await change(join(box.dir, 'instances/d1-web-1.json'), { isStarting: true, process: null, starts: 0 })
  await waitFor('it is healthy', async () => (await instanceOf(box, spec)).state === 'healthy')
  await waitFor('visitors reach it', async () => (await box.visit()).status === 200)
})

test('a host killed while it removes: the instance still goes, after its grace', async () => {
  await using box = await machine()
  const [spec] = await serve(box, [{ env: { IGNORES_TERM: '1' }, graceMs: 1000 }])
  assert.ok(spec)
  const removing = box.driver.remove([spec], box.order(), never)
  await waitFor('it is being stopped', async () => (await instanceOf(box, spec)).state === 'stopping')
  await box.kill(await box.hostPid())
  assert.equal((await box.processesOf(spec.name)).length, 1)
  const [account] = await removing
  assert.equal(account?.ended, 'killed')
  assert.deepEqual(await box.processesOf(spec.name), [])
})

test('an instance that died while there was no host is started again, and routed when healthy', async () => {
  await using box = await machine()
  const [spec] = await serve(box, [{}])
  assert.ok(spec)
  const { pid } = await instanceOf(box, spec)
  await box.kill(await box.hostPid())
  await box.kill(pid!)
  assert.equal((await instanceOf(box, spec)).state !== 'exited', true)
  await waitFor('visitors reach it', async () => (await box.visit()).status === 200)
  assert.equal((await instanceOf(box, spec)).restarts, 1)
})

test('what each instance takes of the machine is told, with what it has started', async () => {
  await using box = await machine()
  const [web] = await serve(box, [{}])
  assert.ok(web)
  const { usage } = await box.driver.observe(box.track, never)
  assert.deepEqual(Object.keys(usage ?? {}), [web.name])
  const { memoryBytes = 0, cpuMs = 0 } = usage?.[web.name] ?? {}
  assert.ok(memoryBytes > 10_000_000, `${memoryBytes} bytes`)
  assert.ok(cpuMs > 0, `${cpuMs} ms`)
})

test('after a reboot everything comes back, with its release, and only when healthy', async () => {
  await using box = await machine()
  const [web, worker] = await serve(box, [{ env: { SLOW: '300' } }, { name: 'd1-worker-1', routed: false }])
  assert.ok(web && worker)
  const pids = [
    await box.hostPid(),
    ...(await box.edgePids()),
    ...(await pidsOf(box, web)),
    ...(await pidsOf(box, worker)),
  ]
  for (const pid of pids) await box.kill(pid)
  await change(join(box.dir, 'identity.json'), { bootId: 'before' })
  for (const name of ['d1-web-1', 'd1-worker-1']) {
    const path = join(box.dir, `instances/${name}.json`)
    const { process } = JSON.parse(await readFile(path, 'utf8'))
    // A number that is somebody else's now.
    await change(path, { process: { ...process, bootId: 'before', pid: globalThis.process.pid } })
  }
  const first = await box.driver.observe(box.track, never)
  assert.deepEqual(first.routed, [])
  const address = await box.driver.address(never)
  await waitFor('visitors reach it', async () => {
    const response = await fetch(`http://${address}/`, { headers: { host: box.host } }).catch(() => null)
    return response !== null && (await box.driver.observe(box.track, never)).routed.length === 1
  })
  assert.deepEqual(
    (await observed(box)).map((one) => one.state),
    ['healthy', 'healthy'],
  )
})

test('a late command is refused after a restart of the host too, and changes nothing', async () => {
  await using box = await machine()
  const [spec] = await serve(box, [{}])
  assert.ok(spec)
  await box.driver.prepare(await box.release('1'), { track: box.track, number: 100 }, never)
  await box.kill(await box.hostPid())
  const late = { track: box.track, number: 99 }
  await assert.rejects(box.driver.remove([spec], late, never), hasCode('target.fenced'))
  await assert.rejects(box.driver.route(box.routing([]), late, never), hasCode('target.fenced'))
  assert.equal((await box.visit()).status, 200)
})

test('a command survives the host, runs once, and its result is told to whoever asks again', async () => {
  await using box = await machine()
  const release = await box.release('1')
  await box.driver.prepare(release, box.order(), never)
  const counter = join(box.dir, 'ran')
  const script = `echo begin; echo x >> ${counter}; sleep 0.7; echo end; exit 5`
  const wish = oneOff(box, release, { argv: ['/bin/sh', '-c', script] })
  const order = box.order()
  const first: string[] = []
  const call = box.driver.run(wish, order, (line) => first.push(line.text), never)
  const lost = assert.rejects(call, hasCode('target.unreachable'))
  await waitFor('it has begun', () => first.length > 0)
  await box.kill(await box.hostPid())
  await lost
  const said: string[] = []
  const result = await box.driver.run(wish, order, (line) => said.push(line.text), never)
  assert.deepEqual([result.exitCode, result.signal, result.timedOut], [5, null, false])
  assert.ok(result.durationMs >= 600 && result.durationMs < 5000, String(result.durationMs))
  assert.deepEqual(said, ['begin', 'end'])
  await box.kill(await box.hostPid())
  assert.deepEqual(await box.driver.run(wish, order, () => {}, never), result)
  assert.equal(await readFile(counter, 'utf8'), 'x\n')
})

test('a command over its limit is told to end, and how it then ended is told', async () => {
  await using box = await machine()
  const release = await box.release('1')
  await box.driver.prepare(release, box.order(), never)
  const argv = ['/bin/sh', '-c', 'trap "echo cleaned; exit 9" TERM; echo begin; while :; do sleep 0.05; done']
  const lines: string[] = []
  const hear = (line: Line) => line.stream === 'out' && lines.push(line.text)
  const wish = oneOff(box, release, { argv, timeoutMs: 300 })
  const result = await box.driver.run(wish, box.order(), hear, never)
  assert.deepEqual([result.exitCode, result.signal, result.timedOut, lines], [9, null, true, ['begin', 'cleaned']])
})

test('a command that was cut off without a trace is told as lost, and is not run again', async () => {
  await using box = await machine()
  const release = await box.release('1')
  await box.driver.prepare(release, box.order(), never)
  const pidFile = join(box.dir, 'pid')
  const wish = oneOff(box, release, { argv: ['/bin/sh', '-c', `echo $PPID $$ > ${pidFile}; sleep 60`] })
  const order = box.order()
  const lost = assert.rejects(
    box.driver.run(wish, order, () => {}, never),
    hasCode('one_off.lost'),
  )
  const pids = await waitFor('it runs', () => readFile(pidFile, 'utf8').catch(() => null))
  const dead = [await box.hostPid(), ...pids.trim().split(' ').map(Number)]
  for (const pid of dead) process.kill(pid, 'SIGKILL')
  await lost
  await assert.rejects(
    box.driver.run(wish, order, () => {}, never),
    hasCode('one_off.lost'),
  )
})

test('an edge worker that is killed is back within a second, and its counts are not lost', async () => {
  await using box = await machine()
  await serve(box, [{}, { name: 'd1-web-2' }])
  await using load = box.load(100)
  let totals = (await box.driver.traffic(box.track, 'open', never)).requests.served
  for (let kills = 0; kills < 4; kills += 1) {
    await waitFor('visitors', async () => load.report().answered > (kills + 1) * 30)
    const [pid] = await box.edgePids()
    const killedMs = performance.now()
    await box.kill(pid!)
    await waitFor('the worker is back', async () => {
      const now = await box.edgePids()
      return now.length === 2 && !now.includes(pid!)
    })
    assert.ok(performance.now() - killedMs < 1000, `${performance.now() - killedMs} ms`)
    const { requests } = await box.driver.traffic(box.track, 'look', never)
    assert.ok(requests.served >= totals, `${requests.served} < ${totals}`)
    totals = requests.served
  }
  const report = await load.finish()
  // What the killed worker was just answering is lost, and nothing else.
  assert.ok(report.failed.length <= 4 * 8, `${report.failed.length} of ${report.sent}`)
  const { requests } = await box.driver.traffic(box.track, 'close', never)
  assert.ok(requests.served + requests.refused + report.failed.length >= report.answered * 0.9)
})

test('visitors who come while every edge worker is dead wait for the next one, and are not refused', async () => {
  await using box = await machine()
  await serve(box, [{}])
  const pids = await box.edgePids()
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  await waitFor('they are gone', async () => !(await Promise.all(pids.map(isGone))).includes(false))
  const answers = await Promise.all(Array.from({ length: 20 }, () => box.visit()))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
})

test('what a worker has counted stays counted when it is killed', async () => {
  await using box = await machine()
  await serve(box, [{}])
  for (let visits = 0; visits < 40; visits += 1) await box.visit()
  const before = await box.driver.traffic(box.track, 'look', never)
  assert.equal(before.requests.served, 40)
  for (const pid of await box.edgePids()) await box.kill(pid)
  const after = await waitFor('both are back', async () => {
    const now = await box.driver.traffic(box.track, 'look', never)
    return (await box.edgePids()).length === 2 && now
  })
  assert.deepEqual([after.requests, after.byRelease], [before.requests, before.byRelease])
})

test('an instance that is removed answers first what it was asked, and is asked nothing more', async () => {
  await using box = await machine()
  const specs = await serve(box, [{}, { name: 'd1-web-2' }])
  const visits = Array.from({ length: 8 }, () => box.visit('/?takes=700'))
  await waitFor('they are being answered', async () => (await answering(box)) === 8)
  const [accounts, answers] = await Promise.all([box.driver.remove(specs, box.order(), never), Promise.all(visits)])
  assert.deepEqual(
    answers.map(({ status }) => status),
    Array(8).fill(200),
  )
  assert.deepEqual(
    accounts.map(({ ended }) => ended),
    ['signal', 'signal'],
  )
})

test('an instance that is not reached through the edge is refused, and the routing stays as it was', async () => {
  await using box = await machine()
  const [old] = await serve(box, [{}])
  const release = await box.release('2')
  await box.driver.prepare(release, box.order(), never)
  const spec = specOf(release, { name: 'd2-web-1', env: { REFUSES_HOST: box.host } })
  await box.driver.place([spec], box.order(), never)
  await assert.rejects(box.driver.route(box.routing([spec]), box.order(), never), (error: Fault) => {
    assert.equal(error.code, 'route.unconfirmed')
    assert.match(error.message, /d2-web-1 .*answered 503: not today/)
    return true
  })
  assert.deepEqual(await routed(box), [old?.name])
})

test('a name or port that belongs to another track is refused', async () => {
  await using box = await machine()
  const [spec] = await serve(box, [{}])
  assert.ok(spec)
  const track = 'shop/web/staging'
  const staging = { ...spec, name: 'd9-web-1', track }
  const order = () => ({ track, number: box.order().number })
  await box.driver.prepare(spec.release, order(), never)
  await box.driver.place([staging], order(), never)
  const stolen = box.driver.route(box.routing([staging]), order(), never)
  await assert.rejects(stolen, (error: Fault) => error.code === 'target.refused' && error.message.includes(box.track))
  assert.equal(JSON.parse((await box.visit()).body).instance, spec.name)
  const port = Number(box.address.split(':')[1])
  const taken = box.driver.route({ ...box.routing([staging]), hosts: ['other.test'], port }, order(), never)
  await assert.rejects(taken, hasCode('target.refused'))
  const squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  const foreign = (squatter.address() as AddressInfo).port
  const squatted = box.driver.route({ ...box.routing([staging]), hosts: [], port: foreign }, order(), never)
  await assert.rejects(squatted, hasCode('target.refused'))
  squatter.close()
  await box.driver.route({ ...box.routing([staging]), hosts: ['other.test'] }, order(), never)
})

test('visitors are kept away from an ill instance while another is well, but not from the last one', async () => {
  await using box = await machine()
  const [ill1, ill2] = [join(box.dir, 'ill-1'), join(box.dir, 'ill-2')]
  await serve(box, [
    { name: 'd1-web-1', env: { ILL: ill1 }, health: { intervalMs: 30 } },
    { name: 'd1-web-2', env: { ILL: ill2 }, health: { intervalMs: 30 } },
  ])
  await writeFile(ill1, '')
  await waitFor('the ill one is left out', async () => (await routed(box)).join() === 'd1-web-2')
  await writeFile(ill2, '')
  await waitFor('both serve rather than none', async () => (await routed(box)).length === 2)
  assert.equal((await box.visit()).status, 200)
  await rm(ill1)
  await waitFor('the well one serves', async () => (await routed(box)).join() === 'd1-web-1')
  await rm(ill2)
  await waitFor('both are back', async () => (await routed(box)).length === 2)
})

test('a track may have a port of its own', async () => {
  await using box = await machine()
  const [spec] = await serve(box, [{}])
  assert.ok(spec)
  const port = await freePort()
  await box.driver.route({ ...box.routing([spec]), hosts: [], port }, box.order(), never)
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200)
  await box.driver.traffic(box.track, 'open', never)
  await waitFor('probes', async () => (await box.driver.traffic(box.track, 'look', never)).probes.served > 1)
})

async function serve(box: Machine, wishes: readonly Wish[]): Promise<readonly InstanceSpec[]> {
  const release = await box.release('1')
  await box.driver.prepare(release, box.order(), never)
  const specs = wishes.map((wish) => specOf(release, wish))
  await box.driver.place(specs, box.order(), never)
  await box.driver.route(box.routing(specs.filter((spec) => spec.routed)), box.order(), never)
  return specs
}

/** Requests that instances of the track are answering now. */
async function answering(box: Machine): Promise<number> {
  const lines: string[] = []
  const query = { track: box.track, process: null, lines: 100, follow: false }
  await box.driver.logs(query, (_, line) => lines.push(line.text), never)
  return lines.filter((line) => line === 'answering').length
}

async function observed(box: Machine) {
  return (await box.driver.observe(box.track, never)).instances
}

async function routed(box: Machine): Promise<readonly string[]> {
  return [...(await box.driver.observe(box.track, never)).routed].sort()
}

async function instanceOf(box: Machine, { name }: InstanceSpec) {
  return (await observed(box)).find((instance) => instance.name === name) ?? assert.fail(`no ${name}`)
}

async function pidsOf(box: Machine, { name }: InstanceSpec): Promise<readonly number[]> {
  return (await box.processesOf(name)).map((info) => info.pid)
}

function names(specs: readonly InstanceSpec[]): readonly string[] {
  return specs.map((spec) => spec.name)
}

async function change(path: string, changes: object): Promise<void> {
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...changes }))
}

function oneOff(box: Machine, release: InstanceSpec['release'], wish: Partial<OneOff>): OneOff {
  const base = { name: 'd1-run-1', track: box.track, directory: '.', shared: [], timeoutMs: 10_000 }
  return { ...base, release, argv: ['true'], env: { PATH: '/usr/bin:/bin' }, ...wish }
}

/** Collects the command lines of every process there is, again and again. */
function watchCommandLines(lines: string[]): { end(): void } {
  let isOver = false
  const look = async () => {
    while (!isOver) {
      for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
        lines.push(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
      }
    }
  }
  void look()
  return { end: () => (isOver = true) }
}
