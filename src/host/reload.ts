import { Fault } from '../lib/fault.ts'
import { isWithin, withoutLinks } from '../system/folder-file.ts'
import { isAlive, type ProcessInfo, processTable, send, workingDirectoryOf } from '../system/proc.ts'
import type { InstanceSpec } from '../targets/driver.ts'
import { proven } from './health.ts'
import type { Instance } from './instance.ts'
import { instanceTools, linkedTo, type Surroundings } from './instance-tools.ts'
import type { MainProcess } from './main-process.ts'
import { sessionOf } from './stop.ts'
import { late, within } from './waiting.ts'

export interface Reload {
  readonly around: Surroundings
  /** Of the command. */
  readonly number: number
  readonly signal: AbortSignal
}

const LOOK_MS = 50

/**
 * Puts another release under a process that goes on: its folder becomes that of the release, it is told, and then it is
 * looked at. A server that reloads changes into its folder anew and replaces its workers; the kernel tells where each of
 * its processes works. So a signal that was not heard, and a worker of before that is still answering, are both seen.
 */
export async function reloadInstance(instance: Instance, spec: InstanceSpec, reload: Reload): Promise<void> {
  const { around, number, signal } = reload
  const { layout, releases } = around
  const { main } = instance
  const tree = await releases.tree(spec.track, spec.release.digest, spec)
  if (main === null) {
    await instance.become(spec)
    await instance.judged(number, signal)
    return
  }
  if (instance.spec.reload === undefined || spec.reload === undefined) {
    if (instance.spec.release.digest === spec.release.digest) return instance.judged(number, signal)
    throw notReloaded(spec, 'it was not started for it')
  }
  const before = releases.place(instance.spec.track, instance.spec.release.digest)
  try {
    await linkedTo(tree, layout, spec.name)
    await takeUp({ spec, main, tree, reload })
    await answers({ instance, spec, main, reload })
  } catch (error) {
    // Whoever is started next is of the release that is known to be good.
    await linkedTo(before, layout, spec.name)
    throw error
  }
  await instance.become(spec)
  await instance.judged(number, signal)
}

interface TakingUp {
  readonly spec: InstanceSpec
  readonly main: MainProcess
  readonly tree: string
  readonly reload: Reload
}

async function takeUp({ spec, main, tree, reload }: TakingUp): Promise<void> {
  const { around, signal } = reload
  const root = (await withoutLinks(tree)) ?? tree
  if ((await elsewhere(main, root)) === null) return
  send(main.pid, spec.reload ?? 'SIGHUP')
  let problem = ''
  const limit = { clock: around.clock, limitMs: spec.health.startPeriodMs + spec.stop.drainMs, signal }
  const done = await within(limit, async (inner) => {
    for (;;) {
      if (!(await isAlive(main))) throw notReloaded(spec, 'its process ended when it was told')
      const found = await elsewhere(main, root)
      if (found === null) return
      problem = found
      await around.clock.sleep(LOOK_MS, inner)
    }
  })
  if (done === late) throw notReloaded(spec, problem)
}

/** Which of its processes does not work in this release; null when all do. Those that work in no release are not asked. */
async function elsewhere(main: MainProcess, root: string): Promise<string | null> {
  const processes = sessionOf(main, await processTable())
  const places = await Promise.all(processes.map(({ pid }) => workingDirectoryOf(pid)))
  const releases = root.slice(0, root.lastIndexOf('/', root.length - '/tree'.length - 1))
  const inOther = processes.filter((_, at) => isIn(places[at], releases) && !isIn(places[at], root))
  if (inOther.length > 0)
    return `${namesOf(inOther)} still work${inOther.length === 1 ? 's' : ''} in the release before`
  return places.some((place) => isIn(place, root)) ? null : 'none of its processes works in the folder of the release'
}

function isIn(place: string | null | undefined, root: string): boolean {
  return place !== null && place !== undefined && isWithin(root, place)
}

function namesOf(processes: readonly ProcessInfo[]): string {
  return processes.map(({ pid }) => `process ${pid}`).join(', ')
}

interface Answering {
  readonly instance: Instance
  readonly spec: InstanceSpec
  readonly main: MainProcess
  readonly reload: Reload
}

/** Asked as often as a new instance is, and by the probes of the new release. */
async function answers({ instance, spec, main, reload }: Answering): Promise<void> {
  const { around, signal } = reload
  const tools = instanceTools(spec.name, around)
  const { startPeriodMs, intervalMs, passes } = spec.health
  let problem = 'it was not asked'
  const limit = { clock: around.clock, limitMs: startPeriodMs, signal }
  const done = await within(limit, async (inner) => {
    for (let passed = 0; passed < passes; ) {
      if (!(await isAlive(main))) throw notReloaded(spec, 'its process ended over it')
      const result = await tools.probe({ spec, port: instance.port ?? 0, main }, proven, inner)
      passed = result.isPass ? passed + 1 : 0
      problem = result.error ?? `it answered ${result.status}: ${result.answer ?? ''}`
      if (passed < passes) await around.clock.sleep(Math.min(intervalMs, 500), inner)
    }
  })
  if (done === late) throw notReloaded(spec, problem)
}

function notReloaded({ name, release }: InstanceSpec, problem: string): Fault {
  return new Fault('instance.not_reloaded', { details: { instance: name, version: release.version, problem } })
}
