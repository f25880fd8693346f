import type { Deployment } from './deployment.ts'
import type { Run } from './run.ts'
import type { EnvironmentSpec, ProjectSpec } from './spec.ts'
import { environmentsNamed } from './trigger.ts'

export interface Happened {
  readonly run: Run
  /** As of the run's commit, or the newest there is where that commit's is not valid. */
  readonly spec: ProjectSpec
  /** Apps that have a release of the run's commit. */
  readonly released: readonly string[]
  /** Of the run's commit, oldest first. */
  readonly deployments: readonly Deployment[]
  /** Ids of queued deployments that nothing on their track is in the way of: a lock or a window holds them. */
  readonly held: readonly string[]
}

/** One app that should have come to an environment by itself, and what came of it. */
export interface Expected {
  readonly app: string
  readonly environment: string
  readonly deployment: string | null
  /** `displaced`: something newer is there, or will be, which is as it should be. `open`: people or a time decide. */
  readonly end: 'came' | 'displaced' | 'missed' | 'open'
  readonly because: string
}

/**
 * What a run should have set off by the triggers and paths of its configuration, and what happened. Null while
 * something of it is still moving, or when nothing was to be expected.
 */
export function expectedOf(happened: Happened): readonly Expected[] | null {
  const { run, spec } = happened
  if (run.state !== 'finished') return null
  const environments = expectedEnvironments(spec, run.ref)
  const all: Expected[] = []
  for (const app of appsMeant(happened)) {
    for (const environment of environments.filter(({ apps }) => apps.includes(app))) {
      const one = answerFor(happened, { app, environment, earlier: all })
      if (one === null) return null
      all.push(one)
    }
  }
  return all.length === 0 ? null : all
}

/** Environments that a push to this ref is to reach by itself, each after those it follows. */
export function expectedEnvironments(spec: ProjectSpec, ref: string): readonly EnvironmentSpec[] {
  const reached: EnvironmentSpec[] = []
  const isReached = (name: string) => reached.some((environment) => environment.name === name)
  const named = environmentsNamed(spec, ref)
  for (let before = -1; before < reached.length; ) {
    before = reached.length
    for (const environment of spec.environments.filter(({ name }) => !isReached(name))) {
      const isMeant = named.includes(environment) || isFollowing(environment, isReached)
      if (isMeant && environment.needs.every(isReached)) reached.push(environment)
    }
  }
  return reached
}

/** Whether it comes after environments each of which is reached. */
function isFollowing({ triggers }: EnvironmentSpec, isReached: (name: string) => boolean): boolean {
  return triggers.after.length > 0 && triggers.after.every(({ environment }) => isReached(environment))
}

/** Those the run was to build, and those that were built before. Of a run without any jobs: all. */
function appsMeant({ run, spec, released }: Happened): readonly string[] {
  const built = run.jobs.filter(({ kind }) => kind === 'build').map(({ of }) => of)
  const names = spec.apps.map(({ name }) => name)
  return run.jobs.length === 0 && run.outcome !== 'succeeded'
    ? names
    : names.filter((name) => built.includes(name) || released.includes(name))
}

interface Question {
  readonly app: string
  readonly environment: EnvironmentSpec
  readonly earlier: readonly Expected[]
}

function answerFor(happened: Happened, { app, environment, earlier }: Question): Expected | null {
  const { run } = happened
  const own = happened.deployments.filter(
    ({ track, reason, createdAt }) =>
      track === `${run.project}/${app}/${environment.name}` && reason === 'promote' && createdAt >= run.createdAt,
  )
  // Once it came, what should have happened has happened, whatever was tried after.
  const deployment = own.find(hasCome) ?? own.at(-1)
  const answer = (end: Expected['end'], because: string): Expected => ({
    ...{ app, environment: environment.name, end, because },
    deployment: deployment?.id ?? null,
  })
  if (deployment !== undefined) return ofDeployment(deployment, happened.held, answer)
  if (run.outcome !== 'succeeded') return answer('missed', `${run.id} ${run.outcome}`)
  return answer(
    ...withoutDeployment(
      environment,
      earlier.filter((one) => one.app === app),
    ),
  )
}

type Say = (end: Expected['end'], because: string) => Expected

function ofDeployment({ id, state }: Deployment, held: readonly string[], answer: Say): Expected | null {
  switch (state.kind) {
    case 'waiting':
      return answer('open', `${id} waits for people`)
    case 'queued':
      return held.includes(id) ? answer('open', `${id} is held`) : null
    case 'rolling':
    case 'reverting':
      return null
    case 'finished':
      if (state.outcome === 'succeeded') return answer('came', `${id} succeeded`)
      if (state.supersededBy !== undefined) return answer('displaced', `${id} gave way to ${state.supersededBy}`)
      return answer('missed', `${id} ${state.outcome}: ${state.reason ?? 'no reason known'}`)
  }
}

function withoutDeployment(environment: EnvironmentSpec, earlier: readonly Expected[]): [Expected['end'], string] {
  const before = [...environment.needs, ...environment.triggers.after.map((each) => each.environment)]
  const inTheWay = earlier.find((one) => before.includes(one.environment) && one.end !== 'came')
  if (inTheWay !== undefined) {
    const because = `it comes after ${inTheWay.environment}`
    return [inTheWay.end, because]
  }
  const isLater = environment.triggers.after.some(({ verifiedForMs, smokePassed }) => verifiedForMs > 0 || smokePassed)
  return isLater ? ['open', 'it comes some time later'] : ['missed', 'nothing asked for it']
}

function hasCome({ state }: Deployment): boolean {
  return state.kind === 'finished' && state.outcome === 'succeeded'
}
