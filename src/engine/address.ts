import type { EnvironmentSpec } from '../domain/spec.ts'
import { hostsOf } from './instances.ts'

/** Where visitors reach an app here: the address the file names, the environment's own port on this machine, or its first host. */
export function addressOf(environment: EnvironmentSpec, app: string): string {
  const { url, target } = environment
  if (url !== null) return url
  const { port } = target.options
  if (typeof port === 'number') return `http://127.0.0.1:${port}`
  return `http://${hostsOf(environment, app)[0] ?? 'localhost'}`
}

/** The same with the port at which the edge is reached, where nobody has said another: what runs on this machine can call it. */
export function calledAt(url: string, environment: EnvironmentSpec, edgePort: number | null): string {
  if (edgePort === null || environment.url !== null || typeof environment.target.options.port === 'number') return url
  const { host, port } = new URL(url)
  return port === '' && edgePort !== 80 ? `http://${host}:${edgePort}` : url
}
