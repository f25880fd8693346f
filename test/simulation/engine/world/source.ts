import { Fault } from '../../../../src/lib/fault.ts'
import type { Source } from '../../../../src/sources/source.ts'
import type { Simulation } from '../../kit/simulation.ts'
import type { Git } from './git.ts'
import { asked, type Outside } from './outside.ts'

export interface SourceParts {
  readonly simulation: Simulation
  readonly git: Git
  readonly isHealed: boolean
}

/** The repositories as one life of the server reads them: each answer takes a while, and git may fail. */
export function sourceOf(parts: SourceParts, outside: Outside): Source {
  const { simulation, git } = parts
  const random = simulation.random.stream('source')
  const source = git.source()
  const call = <T>(verb: string, work: () => Promise<T>): Promise<T> => {
    const [afterMs, fails] = [random.heavyTail(5, 3000), random.chance(simulation.faults['source-failure'] * 0.2)]
    return asked(outside, { label: `git ${verb}`, afterMs }, () => {
      if (fails && !parts.isHealed) throw new Fault('git.failed', { details: { project: 'this' } })
      return work()
    })
  }
  return {
    refs: (project) => call('refs', () => source.refs(project)),
    commit: (project, sha) => call('commit', () => source.commit(project, sha)),
    file: (project, sha, path, limit) => call('file', () => source.file(project, sha, path, limit)),
    changedPaths: (project, from, to) => call('changed', () => source.changedPaths(project, from, to)),
    isAncestor: (project, old, young) => call('ancestor', () => source.isAncestor(project, old, young)),
    between: (project, from, to, limit) => call('between', () => source.between(project, from, to, limit)),
    log: (project, from, to, limit) => call('log', () => source.log(project, from, to, limit)),
    tag: (project, tag) => call('tag', () => source.tag(project, tag)),
    revert: (project, commit) => call('revert', () => source.revert(project, commit)),
    commitFile: (project, commit) => call('commit', () => source.commitFile(project, commit)),
    path: (project) => source.path(project),
  }
}
