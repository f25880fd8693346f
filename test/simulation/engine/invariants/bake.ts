import type { Deployment } from '../../../../src/domain/deployment.ts'
import type { MakeInvariant } from '../view.ts'

/** Faults under which a look does not see everything, or takes another time for the end. */
const excuses = [
  ...(['call-late', 'call-lost', 'reply-lost', 'host-unreachable', 'host-restart', 'edge-worker-loss'] as const),
  'clock-jump',
] as const

/** Of its last moments not everything is counted yet. */
const unseenMs = 500
/** From so many on the breaker says something. */
const enough = 3

interface Watched {
  readonly untilMs: number
  readonly answers: { readonly atMs: number; readonly isBad: boolean }[]
}

/** C54: a release that answered nobody well while it was watched does not stand in place of one that did. */
export const bake: MakeInvariant = ({ simulation, git, broken }) => {
  const isExcused = excuses.some((fault) => simulation.faults[fault] > 0)
  const watched = new Map<string, Watched>()
  const isBad = (commit: string | null) => commit === null || (git.find(commit)?.behaviour.status ?? 200) >= 500
  return {
    visited(_track, { instance, status }) {
      const deployment = /^d\d+/.exec(instance ?? '')?.[0] ?? ''
      watched.get(deployment)?.answers.push({ atMs: simulation.scheduler.monotonic(), isBad: status >= 500 })
    },
    committed({ deployments }) {
      const nowMs = simulation.scheduler.monotonic()
      for (const { before, after } of deployments) {
        const forMs = bakeMsOf(after)
        if (forMs !== null && !watched.has(after.id)) watched.set(after.id, { untilMs: nowMs + forMs, answers: [] })
        if (isExcused || !isThrough(before, after) || isBad(oldOf(after))) continue
        const { untilMs = 0, answers = [] } = watched.get(after.id) ?? {}
        const seen = answers.filter(({ atMs }) => atMs < untilMs - unseenMs)
        if (seen.length >= enough && seen.every((each) => each.isBad))
          broken('C54', `${after.id} answered ${seen.length} visitors with an error while it was watched, and stands`)
      }
    },
  }
}

function bakeMsOf({ state }: Deployment): number | null {
  const step = state.kind === 'rolling' ? state.steps[state.at] : undefined
  return step?.do === 'bake' ? step.forMs : null
}

/** The commit of what served when it began. */
function oldOf({ state }: Deployment): string | null {
  return state.kind === 'rolling' ? (state.before?.release.commit ?? null) : null
}

function isThrough(before: Deployment | null, after: Deployment): boolean {
  if (before === null || bakeMsOf(before) === null) return false
  return after.state.kind === 'rolling' && bakeMsOf(after) === null
}
