import { type FlowPlace, type FlowStep, flowOf } from '../domain/flow.ts'
import type { ProjectSpec } from '../domain/spec.ts'
import { type Track, trackId } from '../domain/track.ts'
import { knownAddressOf } from './address.ts'
import { environmentIn, specOf } from './context.ts'
import { findProject, specNow } from './find.ts'
import { gateFacts } from './gate-facts.ts'
import type { Parts } from './parts.ts'

export interface Flow {
  readonly commit: string
  readonly title: string
  readonly releases: readonly { readonly app: string; readonly version: string }[]
  readonly steps: readonly FlowStep[]
}

/** The commit of a release that is called so, of whichever app; null when none is. */
export function commitOfRelease({ store }: Pick<Parts, 'store'>, project: string, name: string): string | null {
  findProject(store, project)
  const apps = specNow(store, project).apps.map((app) => app.name)
  return apps.flatMap((app) => store.releases.find(project, app, name)?.commit ?? [])[0] ?? null
}

/** How far a commit has come over the environments of its own configuration. */
export function flow(parts: Parts, project: string, commit: string): Flow {
  const { store } = parts
  const spec = specOf(store, project, commit)
  const releases = store.releases.ofCommitAll(project, commit)
  const places = spec.environments.flatMap((environment) =>
    releases
      .filter(({ app }) => environment.apps.includes(app))
      .map(({ id, app }): FlowPlace => {
        const track = trackId(project, app, environment.name)
        const live = store.tracks.get(track)?.live?.release.id === id
        const deployments = store.deployments.ofRelease(id, track)
        return { app, environment, deployments, isLive: live, heldBy: heldBy(parts, track, id) }
      }),
  )
  const steps = flowOf(spec, places).map((step) => ({ ...step, url: urlIn(parts, spec, step) }))
  const title = releases[0]?.title ?? store.runs.ofCommit(project, commit)[0]?.title ?? ''
  return {
    ...{ commit, title, steps },
    releases: releases.map(({ app, version }) => ({ app, version })),
  }
}

function urlIn({ settings }: Parts, spec: ProjectSpec, { app, environment }: FlowStep): string | null {
  return knownAddressOf(environmentIn(spec, environment), app, settings.edgePort)
}

function heldBy(parts: Parts, track: Track['id'], release: string): string | null {
  const { store, rules, time } = parts
  const open = store.deployments
    .open(track)
    .findLast((each) => each.release.id === release && (each.state.kind === 'waiting' || each.state.kind === 'queued'))
  if (open === undefined) return null
  const closed = rules.askGates(gateFacts(parts, open, time.now())).find(({ answer }) => !answer.open)
  return closed === undefined ? null : closed.answer.because
}
