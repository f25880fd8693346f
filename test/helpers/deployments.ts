import type { Deployment } from '../../src/domain/deployment.ts'
import type { Live } from '../../src/domain/track.ts'
import type { CommitOptions, EngineUnderTest } from './engine.ts'
import { waitFor } from './wait-for.ts'

export const staging = 'shop/shop/staging'
export const production = 'shop/shop/production'
export const inStaging = { project: 'shop', environment: 'staging' }
export const inProduction = { project: 'shop', environment: 'production' }
export const ada = { by: 'ada' }

export function waitingOn(it: EngineUnderTest, track: string): Deployment | undefined {
  return it.store.deployments.open(track).find(({ state }) => state.kind === 'waiting')
}

export function live(it: EngineUnderTest, track: string): Live | null | undefined {
  return it.store.tracks.get(track)?.live
}

export function outcome(it: EngineUnderTest, id: string): string | null {
  const state = it.store.deployments.get(id)?.state
  return state?.kind === 'finished' ? state.outcome : null
}

export async function ended(it: EngineUnderTest, id: string): Promise<Deployment> {
  return await waitFor(`the end of ${id}`, () => {
    const deployment = it.store.deployments.get(id)
    return deployment?.state.kind === 'finished' ? deployment : null
  })
}

export async function newestEnded(it: EngineUnderTest, track: string, after: string): Promise<Deployment> {
  return await waitFor(`the end of a deployment on ${track}`, () => {
    const [newest] = it.store.deployments.list(track, 1)
    return newest !== undefined && newest.id !== after && newest.state.kind === 'finished' ? newest : null
  })
}

/** Pushes a good commit and waits until it is live in staging. */
export async function pushed(it: EngineUnderTest, title: string, options?: Partial<CommitOptions>): Promise<void> {
  const sha = await it.push(title, options)
  await waitFor(`${title} to be live`, () => live(it, staging)?.release.commit === sha)
}

/** A rollout under way on a track, at this step if one is named. */
export async function rollingOn(it: EngineUnderTest, track: string, step?: string): Promise<Deployment> {
  return await waitFor(`a rollout on ${track}`, () =>
    it.store.deployments
      .open(track)
      .find(
        ({ state }) => state.kind === 'rolling' && (step ?? state.steps[state.at]?.do) === state.steps[state.at]?.do,
      ),
  )
}
