import type { Random } from './random.ts'

/** Everything that can be made to go wrong, each on its own. */
export const faultNames = [
  'server-crash',
  'server-stop',
  'server-pause',
  'second-server',
  'store-busy',
  'store-full',
  'store-broken',
  'clock-jump',
  'call-lost',
  'reply-lost',
  'call-twice',
  'call-late',
  'host-unreachable',
  'host-restart',
  'supervisor-restart',
  'edge-worker-loss',
  'instance-crash',
  'instance-freeze',
  'bad-release',
  'meddling',
  'notice-lost',
  'notice-twice',
  'source-failure',
  'bad-job',
  'bad-config',
  'runner-silent',
] as const

export type FaultName = (typeof faultNames)[number]

/** How strong each fault is in one run: 0 = off, 1 = as bad as it gets. */
export type FaultTable = Readonly<Record<FaultName, number>>

/**
 * From none to extreme, and seldom all at once: a uniform mix hides what only one strong fault brings out. Each fault
 * draws from a stream of its own, so that switching one off leaves the others as they are.
 */
export function drawFaults(random: Random, calm: readonly string[]): FaultTable {
  const [calmRun, share] = [random.chance(0.05), random.pick([0.1, 0.3, 0.6])]
  const strength = (name: FaultName) => {
    const own = random.stream(name)
    const [isOn, draw] = [own.chance(share), own.fraction()]
    return isOn && !calmRun && !calm.includes(name) ? Math.max(0.02, draw * draw) : 0
  }
  return Object.fromEntries(faultNames.map((name) => [name, strength(name)])) as FaultTable
}

/** The faults that are on, as a person reads them. */
export function faultsShown(faults: FaultTable): string {
  const on = faultNames.filter((name) => faults[name] > 0)
  return on.length === 0 ? 'none' : on.map((name) => `${name} ${faults[name].toFixed(2)}`).join(', ')
}
