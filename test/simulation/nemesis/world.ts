import type { ModelHost } from '../../../src/targets/model/host.ts'
import type { ModelInstance } from '../../../src/targets/model/instance.ts'
import type { Decider } from '../../../src/targets/model/options.ts'
import { unruly } from '../../../src/targets/model/options.ts'
import type { Random } from '../kit/random.ts'
import type { Simulation } from '../kit/simulation.ts'
import { type Recurring, striking } from './recurring.ts'

/** What goes wrong with a host and on the way to it. */
export interface WorldNemesis {
  readonly decider: Decider
  isReachable(): boolean
  /** Everything is mended; nothing strikes any more. */
  stop(): void
}

/** The longest a message is under way. Longer than any caller waits. */
const latestMs = 90_000

export function worldNemesis(simulation: Simulation, host: ModelHost): WorldNemesis {
  const { faults, scheduler, random } = simulation
  let unreachableUntil = 0
  let isOver = false
  const strikes = striking(simulation, [
    ...hostFaults(host),
    ...instanceFaults(simulation, host),
    {
      fault: 'host-unreachable',
      everyMs: 20_000,
      strike: (draw) => {
        unreachableUntil = scheduler.monotonic() + draw.heavyTail(3000, 60_000)
      },
    },
  ])
  const wayward = unruly(() => random.stream('calls').fraction(), {
    before: faults['call-lost'] * 0.3,
    after: faults['reply-lost'] * 0.3,
    silent: 0.5,
    twice: faults['call-twice'] * 0.5,
    typicalMs: 10,
    worstMs: latestMs,
    late: faults['call-late'] * 0.3,
  })
  const punctual = unruly(() => random.stream('calls').fraction(), { ...never, typicalMs: 10, worstMs: 20 })
  return {
    decider: (verb) => (isOver ? punctual(verb) : wayward(verb)),
    isReachable: () => scheduler.monotonic() >= unreachableUntil,
    stop: () => {
      isOver = true
      unreachableUntil = 0
      strikes.stop()
      for (const instance of host.instances.values()) if (instance.frozen) instance.thaw()
    },
  }
}

const never = { before: 0, after: 0, silent: 0, twice: 0, late: 0 }

function hostFaults(host: ModelHost): readonly Recurring[] {
  return [
    { fault: 'host-restart', everyMs: 60_000, strike: (random) => host.restartMachine(random.heavyTail(2000, 30_000)) },
    {
      fault: 'supervisor-restart',
      everyMs: 20_000,
      strike: (random) => host.restartSupervisor(random.heavyTail(500, 10_000)),
    },
    {
      fault: 'edge-worker-loss',
      everyMs: 20_000,
      strike: (random) => host.edge.loseWorker(host.instances.values(), () => random.chance(0.5)),
    },
  ]
}

function instanceFaults({ scheduler }: Simulation, host: ModelHost): readonly Recurring[] {
  const withOne = (act: (instance: ModelInstance, random: Random) => void) => (random: Random) => {
    const instances = [...host.instances.values()]
    if (instances.length > 0) act(random.pick(instances), random)
  }
  return [
    { fault: 'instance-crash', everyMs: 10_000, strike: withOne((instance) => instance.exit('SIGSEGV')) },
    {
      fault: 'instance-freeze',
      everyMs: 20_000,
      strike: withOne((instance, random) => {
        instance.freeze()
        scheduler.after(random.heavyTail(3000, 60_000), scheduler.world, 'thaw', () => instance.thaw())
      }),
    },
    { fault: 'meddling', everyMs: 30_000, strike: withOne((instance) => instance.halt()) },
  ]
}
