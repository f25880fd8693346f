import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import perfHooks from 'node:perf_hooks'
import timers from 'node:timers'
import timersPromises from 'node:timers/promises'

/** Where a trapped name stands. */
interface Place {
  readonly owner: object
  readonly path: string
  readonly names: readonly string[]
}

/** Everything that tells the real time, draws real randomness, or waits for real. */
const places: readonly Place[] = [
  { owner: Math, path: 'Math', names: ['random'] },
  { owner: performance, path: 'performance', names: ['now'] },
  { owner: perfHooks.performance, path: 'performance', names: ['now'] },
  { owner: process, path: 'process', names: ['hrtime', 'uptime'] },
  { owner: AbortSignal, path: 'AbortSignal', names: ['timeout'] },
  {
    owner: globalThis,
    path: 'globalThis',
    names: ['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'WeakRef', 'FinalizationRegistry'],
  },
  { owner: timers, path: 'node:timers', names: ['setTimeout', 'setInterval', 'setImmediate'] },
  { owner: timersPromises, path: 'node:timers/promises', names: ['setTimeout', 'setInterval', 'setImmediate'] },
  {
    owner: crypto,
    path: 'node:crypto',
    names: ['randomUUID', 'randomBytes', 'randomInt', 'randomFillSync', 'randomFill'],
  },
  { owner: Crypto.prototype, path: 'crypto', names: ['randomUUID', 'getRandomValues'] },
]

/**
 * Makes real time and real randomness throw, in this whole process, so that nothing under simulation depends on them,
 * not even inside a dependency. Gives back what undoes it.
 */
export function setTraps(): () => void {
  const undo = [trapDate(), ...places.flatMap(({ owner, path, names }) => names.map((name) => trap(owner, path, name)))]
  syncBuiltinESMExports()
  return () => {
    for (const restore of undo.reverse()) restore()
    syncBuiltinESMExports()
  }
}

function trap(owner: object, path: string, name: string): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name)
  const thrower = function trapped(): never {
    throw new Error(`${path}.${name} is not simulated: take the time and randomness that are handed in`)
  }
  Object.defineProperty(owner, name, {
    value: thrower,
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? true,
  })
  return () => {
    if (own) Object.defineProperty(owner, name, own)
    else Reflect.deleteProperty(owner, name)
  }
}

/**
 * It asks what time it is whenever it is asked for a next time, also when it is told after which: then it does not look at the
 * answer, and gets one that would show.
 */
function isOfCroner(): boolean {
  const usual = Error.stackTraceLimit
  Error.stackTraceLimit = 5
  const { stack = '' } = new Error('who asks')
  Error.stackTraceLimit = usual
  return stack.includes('/node_modules/croner/')
}

/** `new Date(ms)` and `Date.UTC` are arithmetic and stay; what reads the clock throws. */
function trapDate(): () => void {
  const RealDate = globalThis.Date
  globalThis.Date = new Proxy(RealDate, {
    construct(target, args: [] | [number | string]) {
      if (args.length === 0 && isOfCroner()) return Reflect.construct(target, [Number.NaN])
      if (args.length === 0) throw new Error('new Date() is not simulated: take the clock that is handed in')
      return Reflect.construct(target, args)
    },
    apply() {
      throw new Error('Date() is not simulated: take the clock that is handed in')
    },
    get(target, name, receiver) {
      if (name === 'now') throw new Error('Date.now is not simulated: take the clock that is handed in')
      return Reflect.get(target, name, receiver)
    },
  })
  return () => {
    globalThis.Date = RealDate
  }
}
