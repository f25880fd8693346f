import { join } from 'node:path'
import { Fault } from '../lib/fault.ts'
import { namesIn } from '../system/files.ts'
import { endProcesses, environOf, isAlive, type ProcessInfo, processTable } from '../system/proc.ts'
import type { InstanceSpec, ObservedInstance, StopAccount, StopOrder } from '../targets/driver.ts'
import { Instance } from './instance.ts'
import { type InstanceRecord, newRecord } from './instance-record.ts'
import { instanceTools, type Surroundings } from './instance-tools.ts'
import { adoptMain, type MainProcess } from './main-process.ts'
import { markNames } from './marks.ts'
import { RecordFile } from './records.ts'
import { reloadInstance } from './reload.ts'

/** All instances of the machine. */
export class Supervisor {
  readonly #around: Surroundings
  readonly #instances = new Map<string, Instance>()

  constructor(around: Omit<Surroundings, 'forgotten'>) {
    this.#around = { ...around, forgotten: (instance) => this.#forget(instance) }
  }

  /** Takes up what an earlier host left: living processes are adopted, dead ones started again, stray ones ended. */
  async restore(): Promise<void> {
    const { layout, log, ports } = this.#around
    const records = await readRecords(layout.instances, this.#around)
    const marked = await this.#ownProcesses()
    for (const record of records) {
      const { name } = record.spec
      if (record.port !== null) ports.note(record.port)
      const main = await this.#find(
        record,
        marked.filter(({ instance }) => instance === name),
      )
      log.info('instance found', { instance: name, adopted: main?.pid ?? null })
      this.#add(main === null || !record.isStarting ? record : this.#started(record, main), main)
    }
    await this.#endStrays(marked.filter(({ instance }) => instance !== null && !this.#instances.has(instance)))
  }

  get(name: string): Instance | undefined {
    return this.#instances.get(name)
  }

  get all(): readonly Instance[] {
    return [...this.#instances.values()]
  }

  of(track: string): readonly Instance[] {
    return this.all.filter((instance) => instance.spec.track === track)
  }

  observed(track: string): readonly ObservedInstance[] {
    return this.of(track).map((instance) => instance.observed())
  }

  /** Makes them exist and waits until every one is healthy. `signal` is the fence's too: nothing is started after it. */
  async place(specs: readonly InstanceSpec[], number: number, signal: AbortSignal): Promise<void> {
    await Promise.all(specs.map((spec) => this.#placeOne(spec, number, signal)))
  }

  /** Puts their releases under the processes that run by their names. One at a time, so that one that cannot costs one. */
  async reload(specs: readonly InstanceSpec[], number: number, signal: AbortSignal): Promise<void> {
    for (const spec of specs) {
      const instance = this.#instances.get(spec.name)
      if (instance === undefined || instance.isStopping) await this.#placeOne(spec, number, signal)
      else await reloadInstance(instance, spec, { around: this.#around, number, signal })
    }
  }

  async remove(orders: readonly StopOrder[], signal: AbortSignal): Promise<readonly StopAccount[]> {
    return Promise.all(orders.map((order) => this.#removeOne(order, signal)))
  }

  async #placeOne(spec: InstanceSpec, number: number, signal: AbortSignal): Promise<void> {
    const before = this.#instances.get(spec.name)
    if (before?.isStopping) await before.stop(spec.stop, signal)
    signal.throwIfAborted()
    const instance = this.#instances.get(spec.name) ?? this.#add(newRecord(spec, number), null)
    refuseOther(instance.spec, spec)
    await instance.judged(number, signal)
  }

  async #removeOne({ name, stop }: StopOrder, signal: AbortSignal): Promise<StopAccount> {
    const instance = this.#instances.get(name)
    if (instance !== undefined) return instance.stop(stop, signal)
    return { instance: name, ended: 'gone', afterMs: 0 }
  }

  #add(record: InstanceRecord, main: MainProcess | null): Instance {
    const instance = new Instance(record, instanceTools(record.spec.name, this.#around))
    this.#instances.set(record.spec.name, instance)
    instance.begin(main)
    return instance
  }

  #forget(instance: Instance): void {
    if (this.#instances.get(instance.spec.name) === instance) this.#instances.delete(instance.spec.name)
  }

  async #find(record: InstanceRecord, marked: readonly Marked[]): Promise<MainProcess | null> {
    const { clock, bootId, signal } = this.#around
    if (record.isStarting) {
      // Started, but the host died before it could store that: the first leader of a session is the one we started.
      const [first] = marked.filter(({ info }) => info.session === info.pid).sort(byAge)
      return first === undefined ? null : adoptMain({ ...first.info, startedAt: clock.now() }, clock, signal)
    }
    const known = record.process
    const lives = known !== null && known.bootId === bootId && (await isAlive(known))
    return lives ? adoptMain(known, clock, signal) : null
  }

  /** The outcome of a start that only its intent tells of. */
  #started(record: InstanceRecord, { pid, startTime, startedAt }: MainProcess): InstanceRecord {
    const process = { pid, startTime, startedAt, bootId: this.#around.bootId, address: null, hasPassed: false }
    return { ...record, isStarting: false, process, starts: record.starts + 1 }
  }

  /** Every living process that bears our host's mark, and its instance's name; null for other kinds. */
  async #ownProcesses(): Promise<readonly Marked[]> {
    const { hostId } = this.#around
    const found = await Promise.all(
      (await processTable()).map(async (info) => ({ info, env: await environOf(info.pid) })),
    )
    return found.flatMap(({ info, env }) => {
      const host = env.get(markNames.host)
      if (host === `${hostId}/probe`) return [{ info, instance: '' }]
      return host === hostId ? [{ info, instance: env.get(markNames.instance) ?? null }] : []
    })
  }

  /** Left by instances that are gone, or health commands whose host died. */
  async #endStrays(strays: readonly Marked[]): Promise<void> {
    if (strays.length === 0) return
    const { clock, log } = this.#around
    log.warn('ending stray processes', { pids: strays.map(({ info }) => info.pid) })
    const find = async () => {
      const table = await processTable()
      return table.filter((now) => strays.some(({ info }) => info.pid === now.pid && info.startTime === now.startTime))
    }
    await endProcesses({ find, graceMs: 2000, clock })
  }
}

interface Marked {
  readonly info: ProcessInfo
  readonly instance: string | null
}

async function readRecords(folder: string, { log }: Pick<Surroundings, 'log'>): Promise<readonly InstanceRecord[]> {
  const names = (await namesIn(folder)).filter((name) => name.endsWith('.json'))
  const found = await Promise.all(names.map((name) => new RecordFile<InstanceRecord>(join(folder, name)).read(log)))
  return found.filter((record) => record !== null)
}

function byAge(a: Marked, b: Marked): number {
  return a.info.startTime - b.info.startTime || a.info.pid - b.info.pid
}

/** A name stands for one release for ever; the same name with another one is somebody's mistake. */
function refuseOther(there: InstanceSpec, wanted: InstanceSpec): void {
  const isSame = there.track === wanted.track && there.release.digest === wanted.release.digest
  if (isSame) return
  const problem = `${wanted.name} already runs release ${there.release.digest} of ${there.track}`
  throw new Fault('target.refused', { details: { target: 'local', problem } })
}
