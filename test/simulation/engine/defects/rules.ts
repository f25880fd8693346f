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
  'one yes counts twice': rules('one person is enough where two have to say yes', ({ askGates }) => ({
    askGates: (facts) =>
      askGates({ ...facts, approvals: facts.approvals.flatMap((each) => [each, { ...each, by: `${each.by} again` }]) }),
  })),
  'protection pushed away': rules('whoever pushes decides alone who has to be asked', ({ askGates }) => ({
    askGates: (facts) => askGates({ ...facts, demands: facts.demands.filter(({ weakened }) => weakened.length === 0) }),
  })),
  'order of environments ignored': rules(
    'a release goes where it should have been somewhere else first',
    ({ askGates }) => ({
      askGates: (facts) => askGates({ ...facts, succeededIn: [...facts.succeededIn, ...facts.environment.needs] }),
    }),
  ),
  'locks ignored': rules('something begins although a person has put up a stop sign', ({ askGates }) => ({
    askGates: (facts) => askGates({ ...facts, lock: null }),
  })),
  'freezes ignored': rules('something begins although its environment is frozen', ({ askGates }) => ({
    askGates: (facts) => askGates({ ...facts, frozen: null }),
  })),
  'scopes ignored': rules('two move at once where each wants to be alone', ({ askGates }) => ({
    askGates: (facts) => askGates({ ...facts, elsewhere: [] }),
  })),
  'older ones overtake': rules('an older commit takes the place of a newer one', ({ askGates }) => ({
    askGates: (facts) => askGates({ ...facts, relation: 'newer' }),
  })),
  'queue drops what waits': rules('what waits ends because something else went live', ({ decideDeployment }) => ({
    decideDeployment: (now, event, at) => {
      const isDropped = event.type === 'live_moved' && now.state.kind === 'queued' && now.reason === 'promote'
      const end = { type: 'refused', outcome: 'aborted', reason: 'something newer is live' } as const
      return decideDeployment(now, isDropped ? end : event, at)
    },
  })),
  'superseded without a name': rules('what gave way does not say to what', ({ decideDeployment }) => ({
    decideDeployment: (now, event, at) =>
      decideDeployment(now, event.type === 'superseded' ? { ...event, by: 'd0' } : event, at),
  })),
  'broken off in a step': rules('a rollout goes back in the middle of a step', ({ decideDeployment }) => ({
    decideDeployment: (now, event, at) => {
      if (event.type !== 'superseded' || now.state.kind !== 'rolling') return decideDeployment(now, event, at)
      const { phase, at: step } = { phase: 'rolling', at: now.state.at } as const
      const ending = { outcome: 'aborted', reason: `superseded by ${event.by}`, supersededBy: event.by } as const
      return decideDeployment(now, { type: 'step_failed', phase, at: step, ending }, at)
    },
  })),
  'migration left out': rules('a release goes live on a database it was not made for', ({ planRollout }) => ({
    planRollout: (input) => planRollout({ ...input, hasMigrations: false }),
  })),
  'lock of migrations ignored': rules('two migrate one database at the same time', ({ planRollout }) => ({
    planRollout: (input) =>
      planRollout(input.migrating === undefined ? input : { ...input, migrating: { ...input.migrating, lock: null } }),
  })),
  'contract ignored': rules('a release goes on a way at whose end something is missing', ({ askGates }) => ({
    askGates: (facts) => askGates({ ...facts, lacks: [] }),
  })),
  'checks ignored': rules('a release comes although a check of it did not pass', ({ askGates }) => ({
    askGates: (facts) => askGates({ ...facts, checks: [] }),
  })),
  'hold ignored': rules('a release takes the place of one that has not gone on', ({ askGates }) => ({
    askGates: (facts) => askGates({ ...facts, hold: null }),
  })),
  'lost job tried for ever': rules(
    'a job that dies with the server is tried again without a limit',
    ({ decideRun }) => ({
      decideRun: (now, event, at) =>
        decideRun(now, event.type === 'job_lost' ? { ...event, counts: false } : event, at),
    }),
  ),
  'a rollback is rolled back': rules('what somebody went back from comes back by itself', ({ decideDeployment }) => ({
    decideDeployment: (now, event, at) => {
      if (now.reason !== 'rollback') return decideDeployment(now, event, at)
      const other = { ...now, reason: 'promote' } as const
      const decision = decideDeployment(other, event, at)
      const changed = { ...decision.deployment, reason: now.reason }
      return { ...decision, deployment: decision.deployment === other ? now : changed }
    },
  })),
  'watched with closed eyes': rules('a release that answers badly goes live after a bake', ({ decideDeployment }) => ({
    decideDeployment: (now, event, at) => {
      if (event.type !== 'step_done' || event.result.look === undefined) return decideDeployment(now, event, at)
      const look = { ...event.result.look, traffic: null, instances: [] }
      return decideDeployment(now, { ...event, result: { look } }, at)
    },
  })),
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
