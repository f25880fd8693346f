import type { AcceptedEvent } from '../../../../src/domain/event.ts'
import type { Run } from '../../../../src/domain/run.ts'
import type { MakeInvariant } from '../view.ts'

/** I-17, design 5: each push is accepted once, in order, and leads to exactly one run when its branch is named, and to none otherwise. */
export const pushes: MakeInvariant = ({ records, git, broken }) => {
  const heads = new Map<string, string | null>()
  return {
    committed({ events, runs }) {
      for (const event of events) {
        const key = `${event.project} ${event.ref}`
        const before = heads.get(key) ?? null
        if (event.before !== before)
          broken('I-17', `${event.id} moves ${key} from ${event.before}, and it was at ${before}`)
        if (event.before === event.after) broken('I-17', `${event.id} moves ${key} nowhere`)
        heads.set(key, event.after)
        const started = runs.filter(({ before: known, after }) => known === null && after.event === event.id)
        const expected = startsRun(event) ? 1 : 0
        if (started.length !== expected)
          broken('I-17', `${event.id} started ${started.length} runs instead of ${expected}`)
      }
    },
    atEnd() {
      const events = new Set<string>()
      for (const { id, event } of records.runs.values()) {
        if (events.has(event)) broken('I-17', `${id} is the second run of ${event}`)
        events.add(event)
      }
      for (const run of records.runs.values()) {
        const missing = notAskedFor(run)
        if (missing !== null) broken('lost', `${run.id} succeeded, and nothing went to ${missing}`)
      }
    },
  }

  function startsRun({ ref, after }: AcceptedEvent): boolean {
    if (after === null) return false
    return /^refs\/(heads\/(main|release\/.*)|tags\/v.*)$/.test(ref)
  }

  /** A place to which the releases of a successful run go by themselves, and for which nothing was ever asked. */
  function notAskedFor({ project, commit, ref, outcome }: Run): string | null {
    const spec = git.spec(commit)
    if (outcome !== 'succeeded' || ref !== 'refs/heads/main' || spec === null) return null
    const releases = [...records.releases.values()].filter((each) => each.project === project && each.commit === commit)
    for (const { id, app } of releases)
      for (const { name, triggers } of spec.environments) {
        const track = `${project}/${app}/${name}`
        const isMeant = triggers.push.includes('main')
        const asked = [...records.deployments.values()].some((each) => each.track === track && each.release.id === id)
        if (isMeant && !asked) return track
      }
    return null
  }
}
