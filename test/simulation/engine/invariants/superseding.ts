import { currentStep, type Deployment, supersededBy } from '../../../../src/domain/deployment.ts'
import type { PolicySpec } from '../../../../src/domain/spec.ts'
import type { MakeInvariant } from '../view.ts'
import type { Change, Changes } from '../watch/records.ts'

/** Why something that waits in the queue may end, as it is told; everything else is a loss. */
const known = /^(superseded by|cancelled by|rejected by|its turn did not come|d\d+ of a newer push)/

/**
 * Design 8: nothing in the queue ends without a word, superseding names what it was for, which is newer, of the same track, and
 * may do so by its policy; and what moves goes back for it only when a step has been done to its end.
 */
export const superseding: MakeInvariant = ({ records, git, broken }) => {
  const policiesOf = ({ track, release }: Deployment): PolicySpec | undefined => {
    const name = track.split('/')[2]
    return git.spec(release.commit)?.environments.find((each) => each.name === name)?.policies
  }
  const problemOf = ({ before, after }: Change<Deployment>): string | null => {
    const by = supersededBy(after.state)
    const newer = by === undefined ? undefined : records.deployments.get(by)
    if (newer === undefined) return 'is superseded by nothing that is there'
    if (newer.track !== after.track || numberOf(newer) <= numberOf(after))
      return `gave way to ${newer.id}, which is not newer`
    if (newer.reason !== 'promote' || after.reason !== 'promote')
      return `(${after.reason}) gave way to a ${newer.reason}`
    const policy = policiesOf(newer)?.concurrency
    const isAllowed = before?.state.kind === 'queued' ? policy !== 'queue' : policy === 'supersede'
    return isAllowed ? null : `was ${before?.state.kind}, and gave way under concurrency: ${policy}`
  }
  return {
    committed(changes) {
      for (const change of changes.deployments) {
        const { before, after } = change
        const { state } = after
        const isEnd = state.kind === 'finished' && before?.state.kind !== 'finished'
        const isSuperseded = isEnd && state.outcome === 'aborted' && state.reason?.startsWith('superseded by') === true
        const problem = isSuperseded ? problemOf(change) : null
        if (problem !== null) broken('superseded', `${after.id} ${problem}`)
        if (isEnd && before?.state.kind === 'queued' && state.outcome === 'aborted' && !known.test(state.reason ?? ''))
          broken('lost', `${after.id} was in the queue, and ended: ${state.reason}`)
        if (!isAtSafePoint(change, changes)) broken('safe point', `${after.id} goes back in the middle of a step`)
      }
    },
  }
}

function isAtSafePoint({ before, after }: Change<Deployment>, { facts }: Changes): boolean {
  if (before?.state.kind !== 'rolling' || after.state.kind !== 'reverting') return true
  if (after.state.because.supersededBy === undefined) return true
  const step = currentStep(before)?.do
  return step === 'measure' || facts.some(({ kind, subject }) => subject === after.id && kind === `deployment.${step}`)
}

function numberOf({ id }: Deployment): number {
  return Number(id.slice(1))
}
