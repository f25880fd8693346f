import { matchesBranch } from '../domain/glob.ts'
import type { ProjectSpec } from '../domain/spec.ts'
import { branchOf } from '../domain/trigger.ts'
import type { Tx } from './tx.ts'

interface Pushed {
  readonly project: string
  readonly spec: ProjectSpec
  readonly ref: string
  readonly head: string
}

/** A push to a branch that is deployed from brings the drafts of its apps up to date. */
export function draftAll(tx: Tx, { project, spec, ref, head }: Pushed): void {
  for (const { name, draftRelease } of spec.apps) {
    if (draftRelease !== null && isDeployedFrom(spec, name, ref)) askForDraft(tx, { project, app: name, head })
  }
}

/** One that is still to be done for an older commit is done for this one instead. */
export function askForDraft(tx: Tx, { project, app, head }: { project: string; app: string; head: string }): void {
  const subject = `draft:${project}/${app}`
  tx.withdrawn.push(...tx.parts.store.outbox.withdraw(subject))
  const task = { kind: 'draft', app, head } as const
  tx.command({ id: subject, project, lane: subject }, { do: 'source', project, task })
}

/** Where no environment names a branch, any branch that is pushed to counts. */
function isDeployedFrom({ environments }: ProjectSpec, app: string, ref: string): boolean {
  const branch = branchOf(ref)
  if (branch === null) return false
  const named = environments.filter(({ apps, triggers }) => apps.includes(app) && triggers.push.length > 0)
  return named.length === 0 || named.some(({ triggers }) => matchesBranch(triggers.push, branch))
}
