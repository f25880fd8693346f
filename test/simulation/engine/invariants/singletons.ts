import type { MakeInvariant } from '../view.ts'

/** A singleton is never two, not even while one takes the place of the other. */
export const singletons: MakeInvariant = ({ host, git, broken }) => ({
  happened(happening) {
    if (happening.what !== 'started') return
    const { spec } = happening.instance
    const app = git.spec(spec.release.commit)?.apps.find(({ name }) => name === spec.release.app)
    if (app?.processes.find(({ name }) => name === spec.process)?.singleton !== true) return
    for (const { spec: other } of host.instances.values())
      if (other.name !== spec.name && other.track === spec.track && other.process === spec.process)
        broken('singleton', `${spec.name} starts, and ${other.name} is still there`)
  },
})
