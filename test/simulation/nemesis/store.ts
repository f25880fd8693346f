import type { StoreCall, StoreError, StoreFate } from '../kit/disk.ts'
import type { Random } from '../kit/random.ts'
import type { Simulation } from '../kit/simulation.ts'
import { striking } from './recurring.ts'

const busy = { errcode: 5, message: 'database is locked' }
const broken = { errcode: 10, message: 'disk I/O error' }
const full = { errcode: 13, message: 'database or disk is full' }

export interface StoreNemesis {
  readonly fate: StoreFate
  readonly isFull: boolean
  /** The disk is well, and stays so. */
  stop(): void
}

/** Somebody holds the database for a while, the disk is full for a while, or reading and writing fails all at once. */
export function storeNemesis(simulation: Simulation): StoreNemesis {
  const { scheduler, random } = simulation
  const draw = random.stream('store')
  const until = { busy: 0, full: 0 }
  /** Calls until one fails for good; null = none will. */
  let callsLeft: number | null = null
  const strikes = striking(simulation, [
    {
      fault: 'store-busy',
      everyMs: 15_000,
      strike: (own) => {
        until.busy = scheduler.monotonic() + own.heavyTail(200, 20_000)
      },
    },
    {
      fault: 'store-full',
      everyMs: 30_000,
      strike: (own) => {
        until.full = scheduler.monotonic() + own.heavyTail(5000, 200_000)
      },
    },
    {
      fault: 'store-broken',
      everyMs: 30_000,
      strike: (own) => {
        callsLeft = own.below(200)
      },
    },
  ])
  const isLastCall = () => {
    if (callsLeft === null) return false
    callsLeft = callsLeft === 0 ? null : callsLeft - 1
    return callsLeft === null
  }
  return {
    fate: (call) => {
      if (isLastCall()) return { ...broken, late: call === 'commit' && draw.chance(0.5) }
      return passing(call, draw, { nowMs: scheduler.monotonic(), ...until })
    },
    get isFull() {
      return scheduler.monotonic() < until.full
    },
    stop: () => {
      strikes.stop()
      callsLeft = null
      until.busy = 0
      until.full = 0
    },
  }
}

/** Reading does not mind a writer, nor a full disk. */
function passing(call: StoreCall, draw: Random, at: { nowMs: number; busy: number; full: number }): StoreError | null {
  if (call === 'read') return null
  if (call !== 'write' && at.nowMs < at.busy && draw.chance(0.8)) return { ...busy, late: false }
  if (call !== 'begin' && at.nowMs < at.full && draw.chance(0.7)) return { ...full, late: false }
  return null
}
