import type { OneOffPlanView, OneOffView } from '../../api/views.ts'
import type { OneOffRun } from '../../domain/one-off.ts'
import type { PlannedOneOff } from '../../engine/one-off-queries.ts'
import { refView } from './release.ts'

/** `told` are its words without what is secret. */
export function oneOffView(oneOff: OneOffRun, told: readonly string[]): OneOffView {
  const { release, command, instances, where, variables, terminal, ...rest } = oneOff
  return {
    ...rest,
    console: terminal !== undefined,
    release: refView(release),
    command: told,
    instances: instances.map(({ name }) => name),
  }
}

export function oneOffPlanView(
  { plan, hash, approvals, canDryRun }: PlannedOneOff,
  told: readonly string[],
): OneOffPlanView {
  const { release, ...rest } = plan
  const console = plan.console === true
  return { ...rest, hash, version: release.version, command: told, console, approvals, canDryRun }
}
