import type { Deployment } from '../../domain/deployment.ts'
import { findDeployment } from '../find.ts'
import type { Parts } from '../parts.ts'
import { type AfterCommit, transact } from '../transact.ts'
import type { Tx } from '../tx.ts'

/** A place named by a person: an environment, and an app where the environment has several. */
export interface Place {
  readonly project: string
  readonly environment: string
  readonly app?: string | undefined
}

export interface Asked {
  readonly by: string
  readonly comment?: string | null | undefined
}

/** What every group of actions works with: the parts, and one transaction for each thing asked. */
export interface Work {
  readonly parts: Parts
  transact<T>(work: (tx: Tx) => T extends Promise<unknown> ? never : T): T
  /** Deployments as they are when everything that follows has been settled, which may be further than when they were recorded. */
  all(work: (tx: Tx) => readonly Deployment[]): readonly Deployment[]
  one(work: (tx: Tx) => Deployment): Deployment
}

export function workOf(parts: Parts, after: AfterCommit): Work {
  const run: Work['transact'] = (work) => transact(parts, after, work)
  const settled = ({ id }: Deployment) => findDeployment(parts.store, id)
  return {
    parts,
    transact: run,
    all: (work) => run<readonly Deployment[]>(work).map(settled),
    one: (work) => settled(run<Deployment>(work)),
  }
}

export function said({ by, comment }: Asked): { by: string; comment: string | null } {
  return { by, comment: comment ?? null }
}
