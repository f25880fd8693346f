import type { OneOffRun } from '../domain/one-off.ts'
import { showDuration } from '../lib/duration.ts'
import { exitCodeOfSignal } from '../lib/signals.ts'
import type { OneOffResult } from '../targets/driver.ts'
import { contextOf } from './context.ts'
import { environmentOf, onTarget } from './instances.ts'
import type { Parts } from './parts.ts'
import { runToEnd } from './run-to-end.ts'

export type OneOffEnding = Pick<OneOffRun, 'outcome' | 'reason' | 'exitCode'>

/** Null when it has ended already. */
export async function performOneOff(
  parts: Parts,
  id: string,
  number: number,
  signal: AbortSignal,
): Promise<OneOffEnding | null> {
  const oneOff = parts.store.oneOffs.get(id)
  if (oneOff === null || oneOff.state === 'finished') return null
  const context = contextOf(parts.store, oneOff)
  const { app, environment } = context
  const driver = parts.driver(environment.target)
  const { release, variables, track } = oneOff
  const { env, secrets } = await environmentOf(parts, { context, app, release, variables })
  const result = await runToEnd(
    // A one-off has an order of its own: deployments go on beside it.
    { parts, driver, order: { track: `${track}/${id}`, number }, signal },
    {
      name: id,
      track,
      release: onTarget(app.name, release),
      argv: oneOff.command,
      env: { ...env, SIGNALBOX_PROCESS: 'run' },
      directory: app.directory,
      shared: app.shared,
      timeoutMs: oneOff.limitMs,
    },
    secrets,
  )
  return endingOf(result, oneOff.limitMs)
}

/** What timeout(1) ends with when the time is up. */
const timeIsUp = 124

/** With the exit code that a shell would give it. */
function endingOf({ exitCode, signal, timedOut }: OneOffResult, limitMs: number): OneOffEnding {
  if (exitCode === 0) return { outcome: 'succeeded', reason: null, exitCode }
  if (timedOut) return { outcome: 'failed', reason: `took longer than ${showDuration(limitMs)}`, exitCode: timeIsUp }
  const reason = `ended with ${signal ?? `exit code ${exitCode}`}`
  return { outcome: 'failed', reason, exitCode: signal === null ? exitCode : exitCodeOfSignal(signal) }
}
