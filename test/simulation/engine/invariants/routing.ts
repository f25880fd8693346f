import type { MakeInvariant } from '../view.ts'

/** I-3, I-4: who gets visitors is there, is of this track, and has passed its health check since it started; who had them before may be down at the moment. */
export const routing: MakeInvariant = ({ host, broken }) => {
  const before = new Map<string, readonly string[]>()
  return {
    happened(happening) {
      if (happening.what !== 'routed') return
      const { track, instances } = happening
      for (const name of instances) {
        const instance = host.instances.get(name)
        const isNew = !before.get(track)?.includes(name)
        if (instance === undefined) broken('I-4', `visitors of ${track} are sent to ${name}, which is not there`)
        else if (instance.spec.track !== track)
          broken('I-4', `visitors of ${track} are sent to ${name} of ${instance.spec.track}`)
        else if (isNew ? !instance.hasPassed : !instance.everPassed)
          broken('I-3', `visitors of ${track} are sent to ${name}, which has not passed its health check`)
      }
      before.set(track, instances)
    },
  }
}
