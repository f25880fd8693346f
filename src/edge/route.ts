import { Fault } from '../lib/fault.ts'
import type { Route, RouteInstance } from './protocol.ts'
import { Shape } from './shape.ts'

/** A route from outside, checked. Fault `request.invalid`. */
export function parseRoute(value: unknown): Route {
  const shape = new Shape(value, 'route')
  const release = shape.object('release')
  const route: Route = {
    track: shape.text('track'),
    environment: shape.text('environment'),
    hosts: shape.texts('hosts'),
    port: shape.portOrNull('port'),
    deployment: shape.text('deployment'),
    release: { version: release.text('version'), commit: release.text('commit'), digest: release.text('digest') },
    instances: shape.objects('instances').map(parseInstance),
    candidates: shape.objects('candidates').map(parseInstance),
  }
  assertOnce(route.instances)
  return route
}

function parseInstance(shape: Shape): RouteInstance {
  return {
    name: shape.text('name'),
    address: shape.text('address'),
    port: shape.port('port'),
    digest: shape.text('digest'),
    version: shape.text('version'),
  }
}

function assertOnce(instances: readonly RouteInstance[]): void {
  const names = new Set(instances.map((instance) => instance.name))
  if (names.size === instances.length) return
  throw new Fault('request.invalid', { details: { problem: 'route.instances names an instance twice' } })
}
