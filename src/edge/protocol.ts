/**
 * What the host and an edge worker say to each other: one JSON object per line over the worker's own unix socket,
 * `{ id, verb, params }` answered by `{ id, result }` or `{ id, fault }`, in any order. Every verb may be repeated.
 */

/** Where visitors of one track go. The lists are complete: an instance in neither gets no request. */
export interface Route {
  /** `project/app/environment` */
  readonly track: string
  readonly environment: string
  /** Host headers that lead here on the main address, without a port. */
  readonly hosts: readonly string[]
  /** A port of its own, where every Host header leads here. */
  readonly port: number | null
  readonly deployment: string
  readonly release: RouteRelease
  readonly instances: readonly RouteInstance[]
  /** Known for confirmation with the worker's token, but not for visitors. */
  readonly candidates: readonly RouteInstance[]
  /** Files the worker answers by itself. */
  readonly files: readonly RouteFiles[]
  /** Nothing but files is served here: what is not among them is nowhere. */
  readonly isFilesOnly: boolean
  readonly door: RouteDoor
}

/** A path, and the folders in which what lies below it is looked for, one after the other. */
export interface RouteFiles {
  readonly url: string
  readonly maxAgeS: number
  readonly folders: readonly FilesFolder[]
}

export interface FilesFolder {
  /** Absolute, without links. */
  readonly path: string
  /** Of the release whose files these are. */
  readonly digest: string
  /** What their ETags begin with: two releases may have files of one name, size and time, and not one content. */
  readonly tag: string
  /** Wall clock: from when on they are not looked at any more; null = they are as long as the route. */
  readonly until: number | null
}

/** What stands between a visitor and everything else: who is let in, and whether anybody is at the moment. */
export interface RouteDoor {
  readonly access: 'public' | 'basic_auth'
  /** With `basic_auth` and nobody in here, nobody comes in. */
  readonly users: readonly DoorUser[]
  readonly maintenance: { readonly message: string } | null
}

export interface DoorUser {
  readonly name: string
  /** As `system/passwords.ts` makes it. */
  readonly hash: string
}

export interface RouteRelease {
  readonly version: string
  readonly commit: string
  readonly digest: string
}

export interface RouteInstance {
  /** Unique over all tracks of the machine. */
  readonly name: string
  readonly address: string
  readonly port: number
  readonly digest: string
  readonly version: string
}

/** Requests with the right token and one of these are the host's own. All three are taken off before an instance sees them. */
export const ownFields = {
  /** Send it to the instance of this name, in the routing or not. Counted nowhere, unless it is a probe too. */
  instance: 'x-signalbox-instance',
  token: 'x-signalbox-token',
  /** Any value: count it under `probes`. */
  probe: 'x-signalbox-probe',
} as const

/** Answered by the edge itself for every route: `{ release, commit, environment, deployment }`. */
export const versionPath = '/.well-known/signalbox/version'

/** Whoever issues certificates has no password, and comes also while the maintenance page is shown. */
export const challengePath = '/.well-known/acme-challenge/'

export const openDoor: RouteDoor = { access: 'public', users: [], maintenance: null }

export interface Hello {
  readonly id: string
  readonly pid: number
  /** Field 22 of /proc/PID/stat: with the pid, this process for ever. */
  readonly startTime: number
  /** Wall clock. */
  readonly startedAt: number
  /** The port is 0 while it is held back. */
  readonly listen: { readonly host: string; readonly port: number }
  /** Dedicated ports of routes it listens on now. */
  readonly ports: readonly number[]
  /**
   * A loopback port that leads to this worker and no other, for requests with its token; others get 403 there. The main
   * address is shared, so the kernel chooses which worker answers a request there.
   */
  readonly confirmPort: number
  readonly token: string
  readonly isStopping: boolean
}

export interface InstanceGauge {
  readonly instance: string
  /** Requests being answered now, and upgraded connections among them. */
  readonly inFlight: number
  readonly upgraded: number
}

export interface RouteAnswer {
  /** Instances that left the routing with this change: what they were still answering. */
  readonly removed: readonly InstanceGauge[]
}

export interface DrainOrder {
  readonly track: string
  /** Must have left the routing. One never heard of is an account of zeros. */
  readonly instances: readonly string[]
  /** Counted from the moment each instance left the routing, so that a repeated call waits no longer. */
  readonly limitMs: number
  /** The same for upgraded connections. */
  readonly upgradedLimitMs: number
}

/** As in `targets/driver.ts`, of this worker's own connections. */
export interface DrainAccount {
  readonly instance: string
  readonly inFlight: number
  readonly upgraded: number
  readonly msToZero: number
  /** Requests and upgraded connections that reached their limit. */
  readonly cut: number
}

/** As in `domain/traffic.ts`: rising totals since this worker started. */
export interface TrafficCounts {
  readonly served: number
  readonly serverErrors: number
  readonly retried: number
  readonly clientGone: number
  readonly cut: number
  readonly refused: number
  readonly latency: readonly number[]
}

/** Upper bounds in milliseconds of the latency buckets; one more bucket takes everything above. */
export const latencyBoundsMs = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000, 2000, 5000, 10000,
] as const

export interface LostRequest {
  readonly at: number
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly why: string
  readonly instance: string | null
}

export interface TrackTraffic {
  readonly at: number
  readonly requests: TrafficCounts
  readonly probes: TrafficCounts
  /** `requests` by digest of the release that answered; '' = none did. */
  readonly byRelease: Readonly<Record<string, TrafficCounts>>
  /** The newest that were cut or refused, oldest first, at most 20. The `why` of a probe begins with `probe: `. */
  readonly lost: readonly LostRequest[]
  readonly inFlight: readonly InstanceGauge[]
}

/** Each verb with what it takes and gives. */
export interface Verbs {
  readonly hello: { readonly params: Readonly<Record<string, never>>; readonly result: Hello }
  /** Listens on the main address, for a worker that was started with `--hold` and without a state file. */
  readonly open: { readonly params: Readonly<Record<string, never>>; readonly result: { readonly port: number } }
  /**
   * Replaces the route of one track. Answered when it is stored and in force: from then on no new request goes to an
   * instance that is not in the list. Fault `edge.host_taken` or `edge.port_taken` when another track has one of them.
   */
  readonly route: { readonly params: Route; readonly result: RouteAnswer }
  /** Forgets a track; its hosts answer 404. */
  readonly unroute: { readonly params: { readonly track: string }; readonly result: RouteAnswer }
  readonly routes: { readonly params: Readonly<Record<string, never>>; readonly result: readonly Route[] }
  /** Waits until nothing is in flight, then cuts what reached its limit. Fault `edge.still_routed`. */
  readonly drain: { readonly params: DrainOrder; readonly result: readonly DrainAccount[] }
  /** A track it never heard of has zeros. */
  readonly traffic: { readonly params: { readonly track: string }; readonly result: TrackTraffic }
  /** Accepts no more, finishes what is in flight within the limit, answers, exits. */
  readonly stop: { readonly params: { readonly limitMs: number }; readonly result: { readonly cut: number } }
}

export type Verb = keyof Verbs

export interface ControlRequest {
  readonly id: number
  readonly verb: string
  readonly params: unknown
}

export type ControlAnswer =
  | { readonly id: number; readonly result: unknown }
  | {
      readonly id: number
      readonly fault: { readonly code: string; readonly details: Readonly<Record<string, unknown>> }
    }
