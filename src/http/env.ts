import type { HttpBindings } from '@hono/node-server'

/** What Hono carries along with a request. */
export interface Env {
  Bindings: HttpBindings
  Variables: { requestId: string }
}
