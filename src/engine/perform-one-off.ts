import type { OneOffRun } from '../domain/one-off.ts'
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
  const { exitCode, signal: killedBy, timedOut } = result
  if (exitCode === 0) return { outcome: 'succeeded', reason: null, exitCode }
  const reason = timedOut
    ? `took longer than ${oneOff.limitMs} ms`
    : `ended with ${killedBy ?? `exit code ${exitCode}`}`
  return { outcome: 'failed', reason, exitCode }
}
