import type { InstanceLineView } from '../../api/views.ts'
import { tracksIn } from '../../engine/find.ts'
import type { Handlers } from '../handlers.ts'
import { lineQueue } from '../line-queue.ts'
import type { ApiParts } from '../parts.ts'

export function instanceRoutes({ store, queries }: ApiParts): Pick<Handlers, 'instances.logs'> {
  return {
    'instances.logs': ({ params, query }, { signal }) => {
      const { app, process = null, lines } = query
      const place = { ...params, app }
      tracksIn(store, place) // Refuses what is not there before the stream begins.
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
