import type { Deployment } from '../../../src/domain/deployment.ts'
import type { Behaviour } from '../../../src/targets/model/options.ts'
import type { Stage } from './stage.ts'
import { placeOf, standsAside } from './waiting.ts'

/** Whether everything that was begun has ended, and the world is as the store says. */
export class Quiet {
  readonly #stage: Stage
  readonly #outbox: { all(): unknown[] }

  constructor(stage: Stage) {
    this.#stage = stage
    this.#outbox = stage.disk.prepare('SELECT id, lane FROM outbox')
  }

  /** What is not done, in words; null when all is. The cheap questions come first: this is asked after every event. */
  look(): string | null {
    const { records, reachable } = this.#stage
    if (reachable === null) return 'the server is not up'
    const [run] = records.unfinishedRuns
    if (run !== undefined) return `${run} has not ended`
    return this.#openDeployment() ?? this.#oneOff() ?? this.#refs() ?? this.#queued() ?? this.#drift()
  }

  #openDeployment(): string | null {
    for (const deployment of this.#stage.records.openEverywhere) {
      if (!this.#mayStayOpen(deployment))
        return `${deployment.id} is ${deployment.state.kind}: ${JSON.stringify(deployment.state)}`
    }
    return null
  }

  /** For people, behind a stop sign that somebody has put up, or for what only people can bring. */
  #mayStayOpen(deployment: Deployment): boolean {
    const { state, track } = deployment
    if (state.kind === 'waiting') return true
    if (state.kind !== 'queued') return false
    return this.#stage.records.locks.has(placeOf(track)) || standsAside(this.#stage, deployment) !== null
  }

  #oneOff(): string | null {
    // One that waits for people may wait longer than anybody looks.
    for (const { id, state } of this.#stage.records.oneOffs.values())
      if (state === 'started') return `${id} has not ended`
    return null
  }

  #refs(): string | null {
    const { records, projects, git } = this.#stage
    for (const project of projects) {
      const accepted = records.refs(project)
      for (const [ref, sha] of git.refs(project)) {
        if (accepted.get(ref) !== sha) return `${project} ${ref} at ${sha} was not accepted`
      }
      for (const ref of accepted.keys())
        if (!git.refs(project).has(ref)) return `${project} ${ref} is gone, and still known`
    }
    return null
  }

  #queued(): string | null {
    // What cannot be put right without people is tried again and again.
    const row = (this.#outbox.all() as { lane: string }[]).find(({ lane }) => !this.#isLaneWithPeople(lane))
    return row === undefined ? null : `still to be done: ${JSON.stringify(row)}`
  }

  #isLaneWithPeople(lane: string): boolean {
    return lane.startsWith('track:') && isWithPeople(this.#stage, lane.slice('track:'.length))
  }

  #drift(): string | null {
    const { records, host } = this.#stage
    const tracks = new Set([...records.lives.keys(), ...[...host.instances.values()].map(({ spec }) => spec.track)])
    for (const track of tracks) {
      const problem = this.#strays(track) ?? this.#missing(track)
      if (problem !== null && !isWithPeople(this.#stage, track)) return problem
    }
    return null
  }

  #strays(track: string): string | null {
    const { records, host } = this.#stage
    const live = records.lives.get(track)?.instances ?? []
    const isLive = (name: string) => live.some((each) => each.name === name)
    for (const { spec } of host.instances.values())
      if (spec.track === track && !isLive(spec.name)) return `${spec.name} runs, and belongs to nothing`
    const stray = records.lives.has(track) ? host.edge.routed(track).find((name) => !isLive(name)) : undefined
    return stray === undefined ? null : `${stray} gets visitors, and is not live`
  }

  #missing(track: string): string | null {
    const { records, host } = this.#stage
    for (const { name, release, process } of records.lives.get(track)?.instances ?? []) {
      const instance = host.instances.get(name)
      if (instance === undefined) return `${name} is live and not there`
      if (instance.spec.release.digest !== release.digest) return `${name} is another release`
      if (process === 'web' && !host.edge.routed(track).includes(name)) return `${name} is live and gets no visitors`
      if (instance.state !== 'healthy' && isSteady(instance.behaviour)) return `${name} is ${instance.state}`
    }
    return null
  }
}

/**
 * Something that is live never is healthy for long, so whoever gets visitors in its place is left to them, and people have been
 * told that it could not be put right.
 */
export function isWithPeople({ records, world }: Pick<Stage, 'records' | 'world'>, track: string): boolean {
  const live = records.lives.get(track)
  const isOdd = ({ release }: { release: { digest: string } }) => !isSteady(world.behaviourOf(release.digest))
  if (live === undefined || !(isOdd(live) || live.instances.some(isOdd))) return false
  const told = records.facts.findLast(({ kind, subject }) => subject === track && kind.startsWith('track.'))
  return String(told?.data.found).startsWith('could not be brought back')
}

/** Some releases never are what they should be for long. */
export function isSteady({ flaps, exitsAfterMs }: Behaviour): boolean {
  return flaps === null && exitsAfterMs === null
}
