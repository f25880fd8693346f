import type { OneOffRun } from '../domain/one-off.ts'
import { Fault } from '../lib/fault.ts'
import type { Store } from '../store/store.ts'
import { mustBeCancellable } from './actions/going-back.ts'
import { mustBeCancellableOneOff } from './actions/one-offs.ts'
import { mustBeRetryable } from './actions/retrying.ts'
import { mustBeApprovable, mustBeNews, mustBeRejectable } from './approvals.ts'
import { mayApproveOneOff, mayRejectOneOff, mustBeNewsOfOneOff, mustWaitForPeople } from './one-off-approvals.ts'

/** What is in somebody's way, for each thing that people do: they would be told this, or that it changes nothing. Null: it would be done. */
export type Obstacles<Act extends string> = Readonly<Record<Act, string | null>>

export function obstaclesToAnswering(store: Store, deployment: string, by: string): Obstacles<'approve' | 'reject'> {
  return {
    approve: obstacleTo(() => mustBeNews(store, mustBeApprovable(store, deployment, by), by)),
    reject: obstacleTo(() => mustBeRejectable(store, deployment, by)),
  }
}

export function obstaclesTo(store: Store, deployment: string, by: string) {
  return {
    ...obstaclesToAnswering(store, deployment, by),
    cancel: obstacleTo(() => mustBeCancellable(store, deployment, by)),
    retry: obstacleTo(() => mustBeRetryable(store, deployment, by)),
  } satisfies Obstacles<string>
}

export function obstaclesToOneOff(store: Store, oneOff: OneOffRun, by: string) {
  return {
    approve: obstacleTo(() => {
      mustBeAnswered(store, oneOff, { by, answer: mayApproveOneOff })
      mustBeNewsOfOneOff(store, oneOff, by)
    }),
    reject: obstacleTo(() => mustBeAnswered(store, oneOff, { by, answer: mayRejectOneOff })),
    cancel: obstacleTo(() => mustBeCancellableOneOff(store, oneOff, by)),
  } satisfies Obstacles<string>
}

interface Answering {
  readonly by: string
  readonly answer: typeof mayApproveOneOff
}

function mustBeAnswered(store: Store, oneOff: OneOffRun, { by, answer }: Answering): void {
  mustWaitForPeople(oneOff)
  answer(store, oneOff, by)
}

/** By the very look that the act itself begins with. */
function obstacleTo(look: () => void): string | null {
  try {
    look()
    return null
  } catch (error) {
    if (!(error instanceof Fault) || error.code.startsWith('store.')) throw error
    return error.message
  }
}
