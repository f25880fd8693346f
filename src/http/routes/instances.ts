import type { InstanceLineView } from '../../api/views.ts'
import { mustKnowProcess, tracksIn } from '../../engine/find.ts'
import type { Handlers } from '../handlers.ts'
import { lineQueue } from '../line-queue.ts'
import type { ApiParts } from '../parts.ts'

export function instanceRoutes({ store, queries }: ApiParts): Pick<Handlers, 'instances.logs'> {
  return {
    'instances.logs': ({ params, query }, { signal }) => {
      const { app, process = null, lines } = query
      const place = { ...params, app }
      // What is not there is refused before the stream begins.
      const tracks = tracksIn(store, place)
      if (process !== null) mustKnowProcess(store, tracks, process)
      const queue = lineQueue(signal)
      const report = (instance: string, { stream, text }: Omit<InstanceLineView, 'instance'>) =>
        queue.add({ instance, stream, text })
      queries
        .logs({ ...place, process, lines, follow: query.follow === 'true' }, report, signal)
        .then(queue.end, queue.fail)
      return queue.lines()
    },
  }
}
