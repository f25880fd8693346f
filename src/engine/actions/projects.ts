import type { AcceptedEvent } from '../../domain/event.ts'
import { Fault } from '../../lib/fault.ts'
import type { Moved } from '../accept.ts'
import { applyDeployment, applyRun, clearTrack } from '../apply.ts'
import { findProject } from '../find.ts'
import type { Intake } from '../intake.ts'
import { mustBeIdle } from '../refusals.ts'
import type { Asked, Work } from './work.ts'

export function projectActions(work: Work, intake: Intake) {
  return {
    /** The repository is there already. Its refs count as known, apart from `head`, which starts the first run. */
    async addProject(
      project: { name: string; origin: string | null; head: string | null },
      { by }: Asked,
    ): Promise<readonly AcceptedEvent[]> {
      const { name, origin, head } = project
      const refs = await work.parts.source.refs(name)
      work.transact((tx) => {
        const { projects } = tx.parts.store
        if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) throw new Fault('project.invalid_name', { details: { name } })
        if (projects.get(name) !== null) throw new Fault('project.exists', { details: { project: name } })
        projects.add({ name, origin, createdAt: tx.at, createdBy: by })
        for (const [ref, sha] of refs) if (ref !== head) projects.setRef(name, ref, sha)
        tx.fact({ kind: 'project.added', project: name, subject: name, by, data: { origin } })
      })
      return await this.sync(name, by)
    },

    /** Forgets a project on which nothing moves and nothing runs. Its facts stay, and so do its shared folders. */
    removeProject(name: string, { by }: Asked): void {
      work.transact((tx) => {
        const { store } = tx.parts
        findProject(store, name)
        mustBeIdle(store, name)
        for (const { id, project } of store.deployments.openEverywhere())
          if (project === name) applyDeployment(tx, id, { type: 'cancelled', by })
        for (const { id } of store.runs.unfinished().filter(({ project }) => project === name))
          applyRun(tx, id, { type: 'cancelled', by })
        for (const track of store.tracks.list(name)) clearTrack(tx, track)
        // Whoever adds a project of this name later starts with people of their own.
        store.accounts.withdrawIn(name)
        store.tokens.revokeIn(name, tx.at)
        store.projects.remove(name)
        tx.fact({ kind: 'project.removed', project: name, subject: name, by, data: {} })
      })
    },

    /** Until what it gives is called, nobody but the one who pushes is taken for who moved a ref of the project. */
    expectPush(project: string): () => void {
      return intake.expectPush(project)
    },

    /** Accepts what was pushed and not accepted yet: what this push moved, where that is known. */
    sync(project: string, by: string, moved?: readonly Moved[]): Promise<readonly AcceptedEvent[]> {
      return intake.sync(project, { source: 'push', by, moved })
    },
  }
}
