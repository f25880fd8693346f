import type { HealthProbe, HealthSpec } from '../domain/spec.ts'
import { type HealthEntry, healthMapping } from './schema.ts'

/**
 * What a `web` process without a health key has to answer: anything an application answers on purpose, such as a redirect
 * to its login page or a missing front page. Not 400 (it refuses the Host header) and no 5xx.
 */
export const anyAnswer: readonly number[] = [200, 204, 301, 302, 303, 307, 308, 401, 403, 404]

const goodAnswer: readonly number[] = [200, 204]

/** `usual` is the probe where the entry sets times only. */
export function healthOf(entry: HealthEntry, usual: HealthProbe = { kind: 'process' }): HealthSpec {
  const times = typeof entry === 'string' ? onlyTimes : entry
  const probe = typeof entry === 'string' ? probeOfWord(entry) : (probeOf(entry) ?? usual)
  return {
    probe,
    startPeriodMs: times.start_period ?? (probe.kind === 'process' ? 3_000 : 60_000),
    intervalMs: times.interval,
    timeoutMs: times.timeout,
    passes: times.passes,
    failures: times.failures,
  }
}

/** An entry that says nothing. */
export const onlyTimes: Exclude<HealthEntry, string> = healthMapping.parse({})

/** The probe of a process that names none. */
export function usualProbe(process: string): HealthProbe {
  return process === 'web' ? { kind: 'http', path: '/', host: null, expect: anyAnswer } : { kind: 'process' }
}

function probeOfWord(word: string): HealthProbe {
  if (word === 'tcp' || word === 'process') return { kind: word }
  return { kind: 'http', path: word, host: null, expect: goodAnswer }
}

function probeOf(entry: Exclude<HealthEntry, string>): HealthProbe | null {
  const { http, command } = entry
  if (http !== undefined) {
    return { kind: 'http', path: http.path, host: http.host ?? null, expect: http.expect ?? goodAnswer }
  }
  if (command !== undefined) return { kind: 'command', command }
  if (entry.tcp === true) return { kind: 'tcp' }
  return entry.process === true ? { kind: 'process' } : null
}
