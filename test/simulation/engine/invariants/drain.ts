import type { MakeInvariant } from '../view.ts'

/** I-6: an instance is told to stop only when visitors are sent elsewhere and it has nothing in flight. */
export const drain: MakeInvariant = ({ host, broken }) => ({
  happened(happening) {
    if (happening.what !== 'stopping') return
    const { instance } = happening
    const { name, track } = instance.spec
    if (host.edge.routed(track).includes(name)) broken('I-6', `${name} is stopped while visitors are sent to it`)
    if (instance.inFlight.size > 0 && instance.state === 'healthy')
      broken('I-6', `${name} is stopped while it is answering ${instance.inFlight.size}`)
  },
})
