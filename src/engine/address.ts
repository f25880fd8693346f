import type { EnvironmentSpec } from '../domain/spec.ts'
import { hostsOf } from './instances.ts'

/**
 * Where visitors reach an app here: the address the file names, the environment's own port on this machine, or its first host, at the
 * port of the edge where that is given.
 */
export function addressOf(environment: EnvironmentSpec, app: string, edgePort: number | null = null): string {
  const { url, target } = environment
  if (url !== null) return url
  const { port } = target.options
  if (typeof port === 'number') return `http://127.0.0.1:${port}`
  const host = hostsOf(environment, app)[0] ?? 'localhost'
  return edgePort === null || edgePort === 80 ? `http://${host}` : `http://${host}:${edgePort}`
}
