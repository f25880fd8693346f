import { Fault } from '../../lib/fault.ts'
import { findDeployment, findProject } from '../find.ts'
import type { Intake } from '../intake.ts'
import type { Asked, Work } from './work.ts'

export interface RevertMade {
  readonly branch: string
  readonly commit: string
  /** What it takes back, on top of what. */
  readonly reverts: string
  readonly onto: string
}

export interface RevertWish {
  readonly commit: string
  /** The deployment that brought it, where a person named one. */
  readonly deployment: string | null
}

export function revertingActions(work: Work, intake: Intake) {
  return {
    /**
     * The way forward where going back is no way: a commit that takes a change back, on a branch of its own. People merge it
     * like any other; nothing is deployed by it alone. Asking again gives the same branch.
     */
    async revert(project: string, wish: RevertWish, { by }: Asked): Promise<RevertMade> {
      const { store, source, time } = work.parts
      findProject(store, project)
      const { sha, title } = await source.commit(project, wish.commit)
      const onto = await headFor(project)
      const branch = `signalbox/revert-${sha.slice(0, 7)}`
      const message = [`Revert "${title}"`, ...broughtBy(wish.deployment)].join('\n\n')
      const made = await source.revert(project, { commit: sha, onto, branch, message, by, at: time.now() })
      if (made.isNew) {
        work.transact((tx) => {
          const data = { branch, commit: made.sha, reverts: sha, onto, deployment: wish.deployment }
          tx.fact({ kind: 'revert.created', project, subject: project, by, data })
        })
      }
      await intake.sync(project, { source: 'push', by })
      return { branch, commit: made.sha, reverts: sha, onto }
    },
  }

  /** The head of the branch that was last deployed from. */
  async function headFor(project: string): Promise<string> {
    const ref = work.parts.store.runs.deployedRef(project) ?? 'refs/heads/main'
    const head = (await work.parts.source.refs(project)).get(ref)
    if (head === undefined) throw new Fault('commit.unknown', { details: { project, name: ref } })
    return head
  }

  function broughtBy(id: string | null): readonly string[] {
    if (id === null) return []
    const { track, release } = findDeployment(work.parts.store, id)
    return [`${id} brought it to ${track.split('/')[2]} with ${release.version}.`]
  }
}
