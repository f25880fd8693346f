import type { Deployment, DeploymentDecision, Ending } from './deployment.ts'
import { type FactDraft, self } from './facts.ts'
import type { Step } from './rollout.ts'
import { verdictSentence } from './traffic.ts'

/** What every decision about a deployment is made of. */

export function stay(now: Deployment): DeploymentDecision {
  return { deployment: now, commands: [], facts: [] }
}

export function fact(now: Deployment, kind: string, data: Record<string, unknown>): FactDraft {
  return { kind, project: now.project, subject: now.id, by: self, data: { track: now.track, ...data } }
}

export function finish(now: Deployment, at: number, ending: Ending): DeploymentDecision {
  const { outcome, reason, hint, supersededBy, expired, staysLive } = ending
  const hasGoneBack = now.state.kind === 'reverting' && now.state.at >= now.state.steps.length
  const rolledBack = hasGoneBack && now.state.kept !== 'rollback'
  const why = {
    ...(supersededBy === undefined ? {} : { supersededBy }),
    ...(expired === undefined ? {} : { expired }),
    ...(staysLive === undefined ? {} : { staysLive }),
  }
  const hinted = hint === undefined ? {} : { hint }
  const state = { kind: 'finished', outcome, reason, rolledBack, ...hinted, ...why } as const
  const said = { ...whatAndWho(now), outcome, reason, ...why, totalMs: at - now.createdAt }
  const ran = {
    ...{ rolledBack, rolloutMs: at - (now.startedAt ?? at) },
    ...{ verdict: now.verdict, requests: verdictSentence(now.verdict) },
  }
  return {
    deployment: { ...now, state, finishedAt: at, opened: null },
    commands: [],
    facts: [fact(now, 'deployment.finished', now.startedAt === null ? said : { ...said, ...ran })],
  }
}

/** So that a line of the journal says by itself what it is about, and who asked for it. */
export function whatAndWho({ release, reason, by }: Deployment) {
  return { release, for: reason, asked: by }
}

/** The track keeps what was live; the reconciler goes on bringing it back. */
export function giveUp(now: Deployment, reason: string, at: number): DeploymentDecision {
  const because = now.state.kind === 'reverting' ? `${now.state.because.reason}; ` : ''
  return finish(now, at, { outcome: 'errored', reason: `needs a person: ${because}${reason}` })
}

export function superseded(by: string): Ending {
  return { outcome: 'aborted', reason: `superseded by ${by}`, supersededBy: by }
}

/** The step to perform now, or null when nothing is being performed. */
export function currentStep(deployment: Deployment): Step | null {
  const { state } = deployment
  return state.kind === 'rolling' || state.kind === 'reverting' ? (state.steps[state.at] ?? null) : null
}

/** Its smoke steps wait until nobody else's run against the same address. Those have limits of their own. */
export function waitsForAddress(now: Deployment): boolean {
  return currentStep(now)?.do === 'smoke' && now.smoke === null
}
