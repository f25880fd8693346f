import { isRouted, type Step } from '../../src/domain/rollout.ts'
import type { Instance, Live } from '../../src/domain/track.ts'

/** What runs on a target, and who gets visitors there. */
export interface World {
  readonly running: ReadonlySet<string>
  readonly routed: ReadonlySet<string>
}

/** What a target that does as it is told would look like after these steps. */
export function play(
  steps: readonly Step[],
  from: Live | World | null,
  check: (world: World, step: Step) => void = () => {},
): World {
  const running = new Set(from === null ? [] : 'running' in from ? from.running : names(from.instances))
  let routed = new Set(from === null ? [] : 'routed' in from ? from.routed : names(from.instances.filter(isRouted)))
  for (const step of steps) {
    if (step.do === 'place') for (const { name } of step.instances) running.add(name)
    if (step.do === 'route') routed = new Set(step.instances.map(({ name }) => name))
    check({ running, routed }, step)
    if (step.do === 'remove') for (const { name } of step.instances) running.delete(name)
  }
  return { running, routed }
}

export function names(instances: readonly Instance[]): string[] {
  return instances.map(({ name }) => name).sort()
}
