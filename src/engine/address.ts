import type { EnvironmentSpec } from '../domain/spec.ts'
import { hostsOf } from './instances.ts'

/**
 * Where visitors reach an app here, as far as it is known: the address the file names, the environment's own port on this machine, or its
 * first host at the port of the edge. Null where it has none of these, or the port is not known.
 */
export function knownAddressOf(environment: EnvironmentSpec, app: string, edgePort: number | null): string | null {
  const { url, target } = environment
  if (url !== null) return url
  const { port } = target.options
  if (typeof port === 'number') return `http://127.0.0.1:${port}`
  const host = hostsOf(environment, app)[0]
  if (host === undefined || edgePort === null) return null
  return edgePort === 80 ? `http://${host}` : `http://${host}:${edgePort}`
}

/** The same, or the likeliest: what is called there is called by this name. */
export function addressOf(environment: EnvironmentSpec, app: string, edgePort: number | null = null): string {
  const host = hostsOf(environment, app)[0] ?? 'localhost'
  return knownAddressOf(environment, app, edgePort) ?? `http://${host}`
}
