import { type Track, trackId } from '../domain/track.ts'
import type { Artifacts } from '../runner/runner.ts'
import type { StoredRelease } from '../store/releases.ts'
import type { Store } from '../store/store.ts'
import { trackOf } from './context.ts'
import { leftOver, specNow } from './find.ts'
import { archiveObstacles, wayTo } from './ways-back.ts'

/** What a release is to one environment that its app is for. */
export interface ReleaseWay {
  readonly environment: string
  readonly answer: 'live' | 'yes' | 'no'
  /** The deployment with which it was live last; null: it never was. */
  readonly lastBy: string | null
  readonly lastAt: number | null
  readonly obstacles: readonly string[]
  readonly warnings: readonly string[]
}

/** Can one go back to it? For each environment that has its app, or has something left of it. */
export async function releaseWays(
  store: Store,
  artifacts: Artifacts,
  release: StoredRelease,
): Promise<readonly ReleaseWay[]> {
  const archive = await archiveObstacles(artifacts, release)
  return tracksOf(store, release).map((track) => {
    const way = wayTo(store, { track, release, archive })
    const { lastBy = null, lastAt = null, warnings = [] } = way ?? {}
    const there = { environment: track.environment, lastBy, lastAt }
    if (isHere(track, release)) return { ...there, ...asItIsHere(track) }
    const obstacles = way?.obstacles ?? ['it was never live here: deploy it instead', ...archive]
    return { ...there, answer: obstacles.length === 0 ? 'yes' : 'no', obstacles, warnings }
  })
}

function tracksOf(store: Store, { project, app }: StoredRelease): readonly Track[] {
  const environments = specNow(store, project).environments.filter(({ apps }) => apps.includes(app))
  const left = leftOver(store, project).filter((track) => track.app === app)
  return [...environments.map(({ name }) => trackOf(store, trackId(project, app, name))), ...left]
}

function isHere({ live }: Track, release: StoredRelease): boolean {
  return live?.release.id === release.id
}

function asItIsHere({ live }: Track): Pick<ReleaseWay, 'answer' | 'obstacles' | 'warnings'> {
  if ((live?.instances ?? []).length > 0) return { answer: 'live', obstacles: [], warnings: [] }
  const obstacles = ['it is what is here, scaled to nothing: scale it up instead']
  return { answer: 'no', obstacles, warnings: [] }
}
