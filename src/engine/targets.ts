import type { TargetTried } from '../domain/checkup.ts'
import type { TargetSpec } from '../domain/spec.ts'
import { trackId } from '../domain/track.ts'
import { messageOf } from '../lib/fault.ts'
import { withLimit } from './limit.ts'
import type { Parts } from './parts.ts'

const answerMs = 5_000

interface Place {
  readonly name: string
  readonly track: string
  readonly target: TargetSpec
}

/** Asks every target that some environment has, once, and all at the same time. */
export async function targetsTried(parts: Parts, signal: AbortSignal): Promise<readonly TargetTried[]> {
  const groups = Map.groupBy(placesOf(parts), ({ target }) => JSON.stringify(target))
  return await Promise.all([...groups.values()].map((places) => tryOne(parts, places, signal)))
}

function placesOf({ store }: Parts): readonly Place[] {
  return store.projects.list().flatMap(({ name: project }) =>
    (store.runs.newestSpec(project)?.environments ?? []).map(({ name, apps, target }) => ({
      ...{ name: `${project}/${name}`, target },
      track: trackId(project, apps[0] ?? '', name),
    })),
  )
}

async function tryOne(parts: Parts, places: readonly Place[], signal: AbortSignal): Promise<TargetTried> {
  const [first] = places
  const told = { driver: first?.target.driver ?? '', places: places.map(({ name }) => name) }
  if (first === undefined) return { ...told, observed: { value: true } }
  try {
    const limit = { clock: parts.clock, limitMs: answerMs, what: first.target.driver, signal }
    await withLimit(limit, (own) => parts.driver(first.target).observe(first.track, own))
    return { ...told, observed: { value: true } }
  } catch (error) {
    return { ...told, observed: { problem: messageOf(error) } }
  }
}
