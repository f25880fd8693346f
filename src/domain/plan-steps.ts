import type { Rollout, Step } from './rollout.ts'

/**
 * The steps of a rollout as a plan names them: what is done to how many of which process. No name of an instance, as that comes
 * from the deployment and would make each one another plan. Counting visitors changes nothing, so it is not among them.
 */
export function plannedSteps({ steps }: Rollout): readonly string[] {
  return steps.filter((step) => step.do !== 'measure').map(stepText)
}

function stepText(step: Step): string {
  return 'instances' in step ? `${step.do} ${counts(step.instances)}` : step.do
}

function counts(instances: readonly { readonly process: string }[]): string {
  const processes = [...new Set(instances.map(({ process }) => process))]
  const all = processes.map((name) => `${instances.filter(({ process }) => process === name).length} ${name}`)
  return all.length === 0 ? 'nothing' : all.join(', ')
}
