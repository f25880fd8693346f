import type { DeploymentDecision } from '../../../../src/domain/deployment.ts'
import type { Rules } from '../../../../src/engine/parts.ts'
import type { Defect } from '../defects.ts'

export const ruleDefects: Readonly<Record<string, Defect>> = {
  'no drain': rules('instances are stopped while they are answering', ({ planRollout }) => ({
    planRollout: (input) => {
      const rollout = planRollout(input)
      return { ...rollout, steps: rollout.steps.filter((step) => step.do !== 'drain') }
    },
  })),
  'going back removes first': rules(
    'the new instances are gone before the old ones are back',
    ({ decideDeployment }) => ({
      decideDeployment: (now, event, at) => {
        const decision = decideDeployment(now, event, at)
        return now.state.kind === 'reverting' ? decision : removingFirst(decision)
      },
    }),
  ),
  'live too early': rules('what is live is recorded before it is verified', ({ decideDeployment }) => ({
    decideDeployment: (now, event, at) => {
      const decision = decideDeployment(now, event, at)
      const { state, id, release } = decision.deployment
      if (state.kind !== 'rolling' || state.steps[state.at]?.do !== 'verify') return decision
      const { instances, variables } = state
      return { ...decision, live: { deployment: id, release, variables, instances } }
    },
  })),
  'yes to any plan': rules('an approval counts although the plan has moved', ({ askGates }) => ({
    askGates: (facts) =>
      askGates({ ...facts, approvals: facts.approvals.map((each) => ({ ...each, plan: facts.plan })) }),
  })),
  'lost job tried for ever': rules(
    'a job that dies with the server is tried again without a limit',
    ({ decideRun }) => ({
      decideRun: (now, event, at) =>
        decideRun(now, event.type === 'job_lost' ? { ...event, counts: false } : event, at),
    }),
  ),
  'limits ignored': rules('a deployment past its limit goes on', ({ decideDeployment }) => ({
    decideDeployment: (now, event, at) =>
      decideDeployment(now, event.type === 'turn' ? { ...event, limitMs: 1_000_000_000 } : event, at),
  })),
}

function rules(breaks: string, change: (rules: Rules) => Partial<Rules>): Defect {
  return { breaks, plant: (parts) => ({ ...parts, rules: { ...parts.rules, ...change(parts.rules) } }) }
}

function removingFirst(decision: DeploymentDecision): DeploymentDecision {
  const { deployment } = decision
  const { state } = deployment
  if (state.kind !== 'reverting') return decision
  const isRemoval = (step: string) => step === 'drain' || step === 'remove'
  const steps = [
    ...state.steps.filter((step) => isRemoval(step.do)),
    ...state.steps.filter((step) => !isRemoval(step.do)),
  ]
  return { ...decision, deployment: { ...deployment, state: { ...state, steps } } }
}
