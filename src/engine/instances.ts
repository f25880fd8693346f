import { accessOf } from '../domain/door.ts'
import type { ReleaseRef } from '../domain/release.ts'
import { isRouted } from '../domain/rollout.ts'
import type { AppSpec, EnvironmentSpec, ProcessSpec } from '../domain/spec.ts'
import type { Instance, Track } from '../domain/track.ts'
import { wordsOf } from '../domain/words.ts'
import { Fault } from '../lib/fault.ts'
import { type Redactor, redactor } from '../lib/redact.ts'
import type { Store } from '../store/store.ts'
import type { InstanceSpec, ReleaseOnTarget, Routing, ServedFiles, StopOrder } from '../targets/driver.ts'
import { appIn, type DeploymentContext, environmentIn, specOf } from './context.ts'
import type { Parts } from './parts.ts'

/** Everything a target needs to run these instances, secrets opened. Each is made from its own release's configuration. */
export async function instanceSpecs(parts: Parts, context: DeploymentContext, instances: readonly Instance[]) {
  const specs: InstanceSpec[] = []
  for (const instance of instances) specs.push(await instanceSpec(parts, context, instance))
  return specs
}

export function stopOrders(
  parts: Parts,
  context: DeploymentContext,
  instances: readonly Instance[],
): readonly StopOrder[] {
  return instances.map((instance) => {
    const app = appOf(parts, context, instance.release)
    return {
      name: instance.name,
      stop: app.processes.find(({ name }) => name === instance.process)?.stop ?? patientStop,
    }
  })
}

export function onTarget(app: string, { digest, version, commit }: ReleaseRef): ReleaseOnTarget {
  return { digest, version, commit, app }
}

/** What is to serve in the end, and under whose label. */
export interface Aim {
  readonly deployment: string
  readonly release: ReleaseRef
  /** Nothing is to be reached here: the host names and the port are free for others. */
  readonly isNowhere: boolean
}

/** What visitors of a track are to reach. */
export function routingOf(
  { store, settings }: Pick<Parts, 'store' | 'settings'>,
  { track, environment, app }: DeploymentContext,
  { deployment, release, isNowhere }: Aim,
): Omit<Routing, 'instances'> {
  const { port } = environment.target.options
  return {
    hosts: isNowhere ? [] : hostsOf(environment, app.name),
    port: typeof port === 'number' && !isNowhere ? port : null,
    deployment,
    release: onTarget(app.name, release),
    environment: environment.name,
    files: isNowhere ? null : servedFiles(app, environment),
    access: accessOf(environment.policies, settings),
    door: doorOf(store, track),
  }
}

/** What the target has to know of it, as it is now. */
export function doorOf(
  store: Store,
  { project, environment }: Pick<Track, 'project' | 'environment'>,
): Routing['door'] {
  const { version, users, maintenance } = store.doors.get(project, environment)
  return {
    version,
    users: users.map(({ name, hash }) => ({ name, hash })),
    maintenance: maintenance && { message: maintenance.message },
  }
}

/** Null where the edge has no files to answer with: the app has none, or they are in its image. */
export function servedFiles(app: AppSpec, { policies }: Pick<EnvironmentSpec, 'policies'>): ServedFiles | null {
  if (app.static.length === 0 || policies.static === 'image') return null
  const { directory, shared, processes } = app
  const isAll = !processes.some((process) => isRouted({ process: process.name }))
  const kept = policies.static === 'shared_dir' ? 'shared' : 'release'
  return { kept, entries: app.static, directory, shared, isAll }
}

/** For an instance whose configuration is not to be found any more. */
export const patientStop = { signal: 'SIGTERM', graceMs: 30_000, drainMs: 30_000 } as const

export interface EnvironmentInput {
  readonly context: DeploymentContext
  readonly app: AppSpec
  readonly release: ReleaseRef
  readonly variables: number
}

export interface OpenedEnvironment {
  readonly env: Readonly<Record<string, string>>
  /** The secret values among them, to be masked wherever output is kept. */
  readonly secrets: readonly string[]
}

/** Defaults of the app, then the file's values, then what people set; the newest word wins. */
export async function environmentOf(parts: Parts, input: EnvironmentInput): Promise<OpenedEnvironment> {
  const { context, app, release } = input
  const { project, environment } = context.track
  const file = environmentIn(specOf(parts.store, project, release.commit), environment).variables
  const defaults = app.variables.flatMap(({ name, default: value }) => (value === null ? [] : [[name, value] as const]))
  const stored: [string, string][] = []
  const secrets: string[] = []
  for (const { name, value, secret, version } of parts.store.variables.at(project, environment, input.variables)) {
    const opened = secret ? await parts.secrets.open(secretPlace(project, environment, name, version), value) : value
    stored.push([name, opened])
    if (secret) secrets.push(opened)
  }
  const env = {
    ...parts.baseEnvironment,
    ...Object.fromEntries(defaults),
    ...file,
    ...Object.fromEntries(stored),
    SIGNALBOX_ENVIRONMENT: environment,
    SIGNALBOX_APP: app.name,
    SIGNALBOX_RELEASE: release.version,
    SIGNALBOX_COMMIT: release.commit,
  }
  return { env, secrets }
}

/** Without the variables that are for migrations only. */
export function ordinary(env: OpenedEnvironment['env'], { migrations }: AppSpec): OpenedEnvironment['env'] {
  const theirs = migrations?.variables ?? []
  return theirs.length === 0 ? env : Object.fromEntries(Object.entries(env).filter(([name]) => !theirs.includes(name)))
}

/** The same Fault, with no secret of these instances in it. */
export async function maskedFault(
  parts: Parts,
  { context, instances }: { readonly context: DeploymentContext; readonly instances: readonly Instance[] },
  fault: Fault,
): Promise<Fault> {
  const values = new Set<string>()
  for (const { release, variables } of instances) {
    const app = appOf(parts, context, release)
    for (const value of (await environmentOf(parts, { context, app, release, variables })).secrets) values.add(value)
  }
  const redact = redactor(values)
  return new Fault(fault.code, { details: masked(fault.details, redact) as Fault['details'], cause: fault.cause })
}

function masked(value: unknown, redact: Redactor): unknown {
  if (typeof value === 'string') return redact.text(value)
  if (Array.isArray(value)) return value.map((item) => masked(item, redact))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item, redact)]))
}

/** Where a sealed value belongs; it opens nowhere else. */
export function secretPlace(project: string, environment: string, name: string, version: number): string {
  return `${project}/${environment}/${name}/${version}`
}

async function instanceSpec(parts: Parts, context: DeploymentContext, instance: Instance): Promise<InstanceSpec> {
  const { release, variables } = instance
  const app = appOf(parts, context, release)
  const wanted = processOf(app, instance.process)
  const { env } = await environmentOf(parts, { context, app, release, variables })
  return {
    name: instance.name,
    track: context.track.id,
    deployment: instance.deployment,
    release: onTarget(app.name, release),
    process: wanted.name,
    argv: wordsOf(wanted.command),
    ...(instance.startedWith !== undefined && { reload: reloadSignal(context) }),
    env: {
      ...(instance.startedWith === undefined ? ordinary(env, app) : lasting(ordinary(env, app))),
      ...wanted.env,
      SIGNALBOX_PROCESS: wanted.name,
      SIGNALBOX_INSTANCE: instance.name,
    },
    directory: app.directory,
    shared: app.shared,
    health: healthOf(wanted, context),
    stop: wanted.stop,
    routed: isRouted(instance),
  }
}

/** Without what would be wrong after the first release that is put under the process. */
function lasting({ SIGNALBOX_RELEASE: _, SIGNALBOX_COMMIT: __, ...env }: Readonly<Record<string, string>>) {
  return env
}

function reloadSignal({ environment }: DeploymentContext): 'SIGHUP' | 'SIGUSR2' {
  const { strategy } = environment.policies
  return strategy.kind === 'reload' ? strategy.signal : 'SIGHUP'
}

/** X17: whether its health says no more than that it runs. */
export function isUnverified(parts: Parts, context: DeploymentContext, { release, process }: Instance): boolean {
  const own = appOf(parts, context, release).processes.find(({ name }) => name === process)
  return own?.health.probe.kind === 'process'
}

/** As its own release's configuration has it; an instance whose process is not there any more is none. */
export function isSingleton(parts: Parts, context: DeploymentContext, { release, process }: Instance): boolean {
  return appOf(parts, context, release).processes.some(({ name, singleton }) => name === process && singleton)
}

function appOf(parts: Parts, { track }: DeploymentContext, release: ReleaseRef): AppSpec {
  return appIn(specOf(parts.store, track.project, release.commit), track.app)
}

function processOf(app: AppSpec, name: string): ProcessSpec {
  const process = app.processes.find((each) => each.name === name)
  const known = app.processes.map((each) => each.name).join(', ')
  if (process === undefined) throw new Fault('process.unknown', { details: { app: app.name, process: name, known } })
  return process
}

export function hostsOf(environment: EnvironmentSpec, app: string): readonly string[] {
  return environment.hostsOf[app] ?? environment.hosts
}

/** Probes say the name visitors use, so that an app that checks its Host header answers them. */
function healthOf({ health }: ProcessSpec, { environment, app }: DeploymentContext): ProcessSpec['health'] {
  const { probe } = health
  const [host] = hostsOf(environment, app.name)
  if (probe.kind !== 'http' || probe.host !== null || host === undefined) return health
  return { ...health, probe: { ...probe, host } }
}
