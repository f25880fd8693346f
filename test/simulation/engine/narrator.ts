import { currentStep, type Deployment } from '../../../src/domain/deployment.ts'
import type { Run } from '../../../src/domain/run.ts'
import type { Happening } from '../../../src/targets/model/world.ts'
import type { Simulation } from '../kit/simulation.ts'
import type { Invariant } from './view.ts'

/** Tells, for a person who reads a replay, what the events in it mean. */
export function narrator({ trace, scheduler }: Simulation): Invariant {
  const say = (label: string, detail: string) => trace.note(scheduler.monotonic(), `    ${label}`, detail)
  return {
    committed({ deployments, runs, facts, lives }) {
      for (const { after } of deployments) say('deployment', deploymentLine(after))
      for (const { after } of runs) say('run', runLine(after))
      for (const { track, after } of lives) say('live', `${track}: ${after.deployment} ${after.release.id}`)
      for (const { kind, subject, by } of facts) say('fact', `${kind} ${subject} by ${by}`)
    },
    happened: (happening) => say('host', happeningLine(happening)),
    starting: ({ attempt }) => say('job starts', attempt),
    visited: (track, { status, instance }) => say('visit', `${track} got ${status} of ${instance}`),
  }
}

function deploymentLine(deployment: Deployment): string {
  const { id, track, release, reason, state } = deployment
  const step = currentStep(deployment)
  const names = step !== null && 'instances' in step ? step.instances.map(({ name }) => name).join(' ') : ''
  const doing = step === null ? '' : ` at ${'at' in state ? state.at : ''} ${step.do} ${names}`
  const end = state.kind === 'finished' ? ` ${state.outcome}: ${state.reason}` : ''
  return `${id} ${reason} of ${release.id} on ${track}: ${state.kind}${doing}${end}`
}

function runLine({ id, state, outcome, jobs }: Run): string {
  const shown = jobs.map(({ name, state: job, attempt, outcome: ended }) => `${name}/${attempt} ${ended ?? job}`)
  return `${id} ${outcome ?? state}: ${shown.join(', ')}`
}

function happeningLine(happening: Happening): string {
  switch (happening.what) {
    case 'admitted':
    case 'refused':
      return `${happening.what} ${happening.verb} ${happening.order.track} ${happening.order.number}`
    case 'started':
    case 'stopping':
      return `${happening.what} ${happening.instance.spec.name}`
    case 'routed':
      return `routed ${happening.track}: ${happening.instances.join(' ')}`
    case 'executed':
      return `executed ${happening.oneOff.name}`
  }
}
