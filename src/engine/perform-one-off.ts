import { endingOf, type OneOffEnding, type OneOffRun } from '../domain/one-off.ts'
import type { AppSpec } from '../domain/spec.ts'
import type { Instance } from '../domain/track.ts'
import { showDuration } from '../lib/duration.ts'
import { exitCodeOfSignal } from '../lib/signals.ts'
import type { InstanceDriver, OneOff, OneOffResult } from '../targets/driver.ts'
import { contextOf, type DeploymentContext } from './context.ts'
import { keepCommand } from './energy.ts'
import { environmentOf, onTarget, ordinary } from './instances.ts'
import { withLimit } from './limit.ts'
import type { LineLog, Parts } from './parts.ts'
import { runAtTerminal } from './perform-console.ts'
import { runLogged } from './run-to-end.ts'

interface Running {
  readonly parts: Parts
  readonly oneOff: OneOffRun
  readonly context: DeploymentContext
  readonly driver: InstanceDriver
  readonly number: number
  readonly signal: AbortSignal
}

/** Null when it has ended already. On several instances it runs one after the other, also when one says no. */
export async function performOneOff(
  parts: Parts,
  id: string,
  number: number,
  signal: AbortSignal,
): Promise<OneOffEnding | null> {
  const oneOff = parts.store.oneOffs.get(id)
  if (oneOff === null || oneOff.state === 'finished') return null
  const context = contextOf(parts.store, oneOff)
  const running = { parts, oneOff, context, number, signal, driver: parts.driver(context.environment.target) }
  const calls: Call[] = []
  for (const instance of placesOf(oneOff)) calls.push(await callOn(running, instance))
  const log = await parts.openLog(id, [...new Set(calls.flatMap(({ secrets }) => secrets))])
  try {
    const results: ReturnType<typeof resultOf>[] = []
    for (const call of calls) results.push(resultOf(call.instance, await run(running, call, log), oneOff.limitMs))
    const ending = endingOf(results)
    return oneOff.instances.length === 0 ? { ...ending, results: [] } : ending
  } finally {
    await log.close()
  }
}

/** What a cancelled one has left running. */
export async function performEndOfOneOff(parts: Parts, id: string, number: number, signal: AbortSignal): Promise<void> {
  const oneOff = parts.store.oneOffs.get(id)
  if (oneOff === null) return
  const driver = parts.driver(contextOf(parts.store, oneOff).environment.target)
  const names = placesOf(oneOff).map((instance) => nameOf(oneOff, instance))
  const limited = { clock: parts.clock, limitMs: endMs, what: driver.name, signal }
  await withLimit(limited, (own) => driver.end(names, orderOf(oneOff, number), own))
}

/** The grace of a command, and time to look at what is left. */
const endMs = 60_000

/** One call on the target. */
interface Call {
  readonly instance: Instance | null
  readonly command: OneOff
  readonly secrets: readonly string[]
}

async function run(running: Running, { instance, command, secrets }: Call, log: LineLog): Promise<OneOffResult> {
  const { parts, oneOff, driver, signal, number } = running
  const work = { parts, driver, order: orderOf(oneOff, number), signal }
  if (oneOff.terminal !== undefined) {
    return await runAtTerminal(work, command, { id: oneOff.id, terminal: oneOff.terminal, secrets, log })
  }
  const prefix = instance === null || oneOff.instances.length === 1 ? '' : `${instance.name} | `
  const sayer: LineLog = { ...log, write: ({ stream, text }) => log.write({ stream, text: `${prefix}${text}` }) }
  const result = await runLogged(work, command, sayer)
  const of = { subject: oneOff.id, project: oneOff.project, attempt: command.name, name: oneOff.name ?? 'command' }
  keepCommand(parts, of, result)
  return result
}

/** On an instance it sees what the instance sees. */
async function callOn({ parts, oneOff, context }: Running, instance: Instance | null): Promise<Call> {
  const { release, variables } = instance ?? oneOff
  const own = instance === null ? context : contextOf(parts.store, { track: oneOff.track, release })
  const { app } = own
  const { env, secrets } = await environmentOf(parts, { context: own, app, release, variables })
  const command = {
    name: nameOf(oneOff, instance),
    track: oneOff.track,
    release: onTarget(app.name, release),
    argv: oneOff.command,
    env: { ...ordinary(env, app), ...placeOf(app, instance), ...(oneOff.terminal && { TERM: oneOff.terminal.type }) },
    directory: app.directory,
    shared: app.shared,
    timeoutMs: oneOff.limitMs,
  }
  return { instance, command, secrets }
}

function placeOf({ processes }: AppSpec, instance: Instance | null): Readonly<Record<string, string>> {
  if (instance === null) return { SIGNALBOX_PROCESS: 'run' }
  const process = processes.find(({ name }) => name === instance.process)
  return { ...process?.env, SIGNALBOX_PROCESS: instance.process, SIGNALBOX_INSTANCE: instance.name }
}

function placesOf({ instances }: OneOffRun): readonly (Instance | null)[] {
  return instances.length === 0 ? [null] : instances
}

/** Made from its id, so that asking twice is running once. */
function nameOf({ id }: OneOffRun, instance: Instance | null): string {
  return instance === null ? id : `${id}-${instance.name}`
}

/** An order of its own: deployments go on beside it. */
function orderOf({ track, id }: OneOffRun, number: number) {
  return { track: `${track}/${id}`, number }
}

/** What timeout(1) ends with when the time is up. */
const timeIsUp = 124

/** With the exit code that a shell would give it. */
function resultOf(instance: Instance | null, result: OneOffResult, limitMs: number) {
  const { exitCode, signal, timedOut, hungUp } = result
  const on = { instance: instance?.name ?? '' }
  if (hungUp)
    return { ...on, outcome: 'aborted', reason: 'nobody was at its terminal any more', exitCode: null } as const
  if (exitCode === 0) return { ...on, outcome: 'succeeded', reason: null, exitCode } as const
  if (timedOut) {
    const reason = `took longer than ${showDuration(limitMs)}`
    return { ...on, outcome: 'failed', reason, exitCode: timeIsUp } as const
  }
  const reason = `ended with ${signal ?? `exit code ${exitCode}`}`
  return { ...on, outcome: 'failed', reason, exitCode: signal === null ? exitCode : exitCodeOfSignal(signal) } as const
}
