import type { InstanceView, LockView, QueuedView, TrackView } from '../../api/views.ts'
import type { Lock } from '../../domain/gates/gate.ts'
import type { Live } from '../../domain/track.ts'
import type { TrackStatus } from '../../engine/queries.ts'
import type { QueuedStatus } from '../../engine/queue-status.ts'
import type { Observation, ObservedInstance, Usage } from '../../targets/driver.ts'
import { deploymentView } from './deployment.ts'
import { maintenanceView } from './door.ts'
import { refView } from './release.ts'

export function trackView(status: TrackStatus): TrackView {
  const { track, app, environment, url, stale, serving, mixed, finding, newerVariables, noWayBack } = status
  const { desired, attempted, running, lock, active } = status
  return {
    ...{ track, app, environment, url, stale, serving, mixed, finding, newerVariables, noWayBack },
    desired: desired === null ? null : liveView(desired),
    attempted: attempted === null ? null : deploymentView(attempted),
    running: running === null ? null : runningView(running),
    lock: lock === null ? null : lockView(lock),
    access: status.access,
    maintenance: status.maintenance && maintenanceView(status.maintenance),
    freeze: status.freeze,
    active: active === null ? null : deploymentView(active),
    queue: status.queue.map(queuedView),
    waiting: status.waiting.map(({ deployment, plan }) => ({ deployment: deploymentView(deployment), plan })),
  }
}

function queuedView({ deployment, place, holder, because, openedBy }: QueuedStatus): QueuedView {
  return { ...deploymentView(deployment), place, holder, held: { because, openedBy } }
}

export function lockView({ by, reason, at, expiresAt }: Lock): LockView {
  return { by, reason, at, expiresAt }
}

function liveView({ release, deployment, variables, instances }: Live): TrackView['desired'] {
  return { release: refView(release), deployment, variables, instances: instances.map(({ name }) => name) }
}

function runningView({ at, instances, usage = {} }: Observation): TrackView['running'] {
  return { at, instances: instances.map((instance) => instanceView(instance, usage[instance.name] ?? null)) }
}

function instanceView(instance: ObservedInstance, usage: Usage | null): InstanceView {
  const { name, deployment, version, digest, process, state, pid, startedAt, restarts, lastExit } = instance
  return { name, deployment, version, digest, process, state, pid, startedAt, restarts, lastExit, usage }
}
