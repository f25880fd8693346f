import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import { codeOf } from './errors.ts'
import { cores } from './machine.ts'
import { joulesBetween, type PowerCount, powerCounts } from './power-counters.ts'
import { addDescendants, carriesMarks, fieldsOf, tickMs } from './proc.ts'
import { growth, type Tree, type TreeMember } from './tree-growth.ts'

/** What has been used since the meter was made. */
export interface Reading {
  /** By everything that carries the marks, and what that has started. */
  readonly cpuMs: number
  /** By the whole processor, and everything that runs on it; null where it has no counters. */
  readonly counted: { readonly joules: number; readonly cpuMs: number } | null
}

export interface CpuMeterOptions {
  /** Variables in the environment of every process that is meant. None of them runs yet. */
  readonly marks: Readonly<Record<string, string>>
  readonly clock: Clock
  /** Where the kernel tells of processes. */
  readonly proc: string
  /** Where it tells of energy; default its own place. */
  readonly power?: string
}

/**
 * Adds up the processor time of some processes, by looks at /proc. What was there before the meter, or was once found to be
 * none of them, is not read again, so a look costs as much as they are many. Every call may reject; nothing else ever does.
 */
export class CpuMeter {
  readonly #options: CpuMeterOptions
  /** Numbers of processes that are somebody else's. */
  #others: Set<number> | null = null
  #tree: Tree = new Map()
  #at = 0
  /** How many cores were busy from the last look but one to the last; null before. */
  #busy: number | null = null
  #used: Reading = { cpuMs: 0, counted: null }
  #machine: Machine | null = null
  #ownChildrenMs: number | null = null
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: CpuMeterOptions) {
    this.#options = options
  }

  /** A look at the beginning or the end of a stretch, of which nobody may have had a look meanwhile. */
  mark(): Promise<Reading> {
    return this.#next(async () => {
      const reading = await this.#look({ isUnseen: this.#busy === null })
      this.#busy = null
      return reading
    })
  }

  /** Looks again and again, soon at first as much is short, and every second later. */
  async watch(signal: AbortSignal): Promise<void> {
    for (let pauseMs = 20; !signal.aborted; pauseMs = Math.min(pauseMs * 1.5, 1_000)) {
      await this.#options.clock.sleep(pauseMs, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
      if (!signal.aborted) await this.#next(() => this.#look({ isUnseen: false }))
    }
  }

  /** One look after the other. */
  #next<T>(look: () => Promise<T>): Promise<T> {
    const done = this.#last.then(look)
    this.#last = done.catch(() => {}) // Whoever asked for it hears of it.
    return done
  }

  async #look({ isUnseen }: { readonly isUnseen: boolean }): Promise<Reading> {
    const isFirst = this.#others === null
    const tree = await this.#treeNow()
    const at = this.#options.clock.monotonic()
    const elapsedMs = at - this.#at
    const { ms, lostMs } = growth(this.#tree, tree)
    const inheritedMs = await this.#inheritedMs()
    const hasEnded = !isFirst && (lostMs !== null || isUnseen)
    const cpuMs = hasEnded ? this.#withTail({ ms, leftMs: inheritedMs - (lostMs ?? 0), elapsedMs }) : ms
    this.#busy = elapsedMs > 0 ? cpuMs / elapsedMs : this.#busy
    ;[this.#tree, this.#at] = [tree, at]
    this.#used = { cpuMs: this.#used.cpuMs + cpuMs, counted: await this.#countMachine() }
    return this.#used
  }

  /**
   * What a program of ours had before it ended is handed to us, with the time of whatever else of ours ended then. When that is more
   * than all cores could do, or somebody else got it, the program went on as before; and one that nobody has seen kept one core busy.
   */
  #withTail({ ms, leftMs, elapsedMs }: Tail): number {
    if (leftMs >= 0 && leftMs <= elapsedMs * cores() + mostRoundedMs) return ms + leftMs
    return Math.max(ms, elapsedMs * (this.#busy ?? 1))
  }

  /** Since the last look. */
  async #inheritedMs(): Promise<number> {
    const before = this.#ownChildrenMs
    const own = await this.#read(process.pid)
    this.#ownChildrenMs = own?.childrenMs ?? null
    return own === null || before === null ? Number.NaN : own.childrenMs - before
  }

  async #treeNow(): Promise<Tree> {
    const listed = (await readdir(this.#options.proc)).filter((name) => /^\d+$/.test(name)).map(Number)
    if (listed.length === 0) throw new Error(`${this.#options.proc} tells of no process`)
    if (this.#others === null) this.#others = new Set(listed)
    const others = this.#others.intersection(new Set(listed))
    this.#others = others
    const read = await Promise.all(listed.filter((pid) => !others.has(pid)).map((pid) => this.#read(pid)))
    return await this.#sorted(new Map(read.filter((each) => each !== null).map((each) => [each.pid, each])))
  }

  /** Who belongs to it: those it had, those they started, and who carries the marks. */
  async #sorted(all: Tree): Promise<Tree> {
    const tree = new Map<number, TreeMember>()
    for (const each of all.values())
      if (this.#tree.get(each.pid)?.startTime === each.startTime) tree.set(each.pid, each)
    addDescendants(tree, all.values())
    for (const each of all.values()) {
      if (tree.has(each.pid)) continue
      if (await this.#hasMarks(each.pid)) tree.set(each.pid, each)
      // A child of ours has our environment until it has become the program it is to be.
      else if (each.parent !== process.pid) this.#others?.add(each.pid)
    }
    addDescendants(tree, all.values())
    return tree
  }

  async #read(pid: number): Promise<TreeMember | null> {
    const stat = await this.#text(`${pid}/stat`)
    if (stat === null) return null
    const field = fieldsOf(stat)
    const ms = (one: number, other: number) => (field(one) + field(other)) * tickMs
    const member = { pid, startTime: field(22), parent: field(4), ownMs: ms(14, 15), childrenMs: ms(16, 17) }
    if (Object.values(member).some(Number.isNaN)) throw new Error(`${pid}/stat cannot be read`)
    return member
  }

  async #hasMarks(pid: number): Promise<boolean> {
    return carriesMarks((await this.#text(`${pid}/environ`)) ?? '', this.#options.marks)
  }

  /** Null when the process is gone, or is not ours to look at. */
  async #text(path: string): Promise<string | null> {
    try {
      return await readFile(join(this.#options.proc, path), 'latin1')
    } catch (error) {
      if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(codeOf(error) ?? '')) return null
      throw error
    }
  }

  async #countMachine(): Promise<Reading['counted']> {
    const before = this.#machine
    // Where there were no counters at first there are none later.
    if (before !== null && before.counts.length === 0) return null
    const now = { counts: await powerCounts(this.#options.power), cpuMs: await this.#machineCpuMs() }
    this.#machine = now
    if (before === null) return now.counts.length === 0 ? null : { joules: 0, cpuMs: 0 }
    const { joules, cpuMs } = this.#used.counted ?? { joules: 0, cpuMs: 0 }
    return { joules: joules + joulesBetween(before.counts, now.counts), cpuMs: cpuMs + now.cpuMs - before.cpuMs }
  }

  /** user, nice, system, irq, softirq; what guests had is in the first two. */
  async #machineCpuMs(): Promise<number> {
    const words = ((await this.#text('stat')) ?? '').split('\n', 1)[0]?.split(/\s+/) ?? []
    return [1, 2, 3, 6, 7].reduce((sum, at) => sum + Number(words[at] ?? 0), 0) * tickMs
  }
}

/** The kernel tells of whole ticks, of user and of system mode apart: both may have become full just now. */
const mostRoundedMs = 2 * tickMs

interface Tail {
  readonly ms: number
  readonly leftMs: number
  readonly elapsedMs: number
}

interface Machine {
  readonly counts: readonly PowerCount[]
  readonly cpuMs: number
}
