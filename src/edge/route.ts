import { Fault } from '../lib/fault.ts'
import { openDoor, type Route, type RouteDoor, type RouteFiles, type RouteInstance } from './protocol.ts'
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
    // The state of an older version has none of these.
    files: shape.isSilent('files') ? [] : shape.objects('files').map(parseFiles),
    isFilesOnly: !shape.isSilent('isFilesOnly') && shape.flag('isFilesOnly'),
    door: shape.isSilent('door') ? openDoor : parseDoor(shape.object('door')),
  }
  assertOnce(route.instances)
  return route
}

function parseFiles(shape: Shape): RouteFiles {
  const folders = shape.objects('folders').map((folder) => ({
    path: folder.text('path'),
    digest: folder.text('digest'),
    tag: folder.text('tag'),
    until: folder.isSilent('until') ? null : folder.count('until'),
  }))
  return { url: shape.text('url'), maxAgeS: shape.count('maxAgeS'), folders }
}

function parseDoor(shape: Shape): RouteDoor {
  return {
    access: shape.oneOf('access', ['public', 'basic_auth']),
    users: shape.objects('users').map((user) => ({ name: user.text('name'), hash: user.text('hash') })),
    maintenance: shape.isSilent('maintenance') ? null : { message: shape.object('maintenance').text('message') },
  }
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
