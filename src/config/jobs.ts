import type { JobSpec, MatrixSpec, ServiceSpec, StepSpec } from '../domain/spec.ts'
import { healthOf, onlyTimes } from './health.ts'
import type { JobEntry, ServiceEntry, StepEntry } from './schema.ts'

export function jobOf(name: string, entry: JobEntry): JobSpec {
  return {
    name,
    needs: entry.needs,
    steps: entry.steps.map((step) => stepOf(step, entry.directory)),
    matrix: entry.matrix === undefined ? null : matrixOf(entry.matrix),
    services: Object.entries(entry.services).map(([service, given]) => serviceOf(service, given)),
    env: entry.env,
    secrets: entry.secrets,
    paths: entry.paths,
    timeoutMs: entry.timeout,
    retries: entry.retries,
    continueOnError: entry.continue_on_error,
  }
}

/** `below` is the folder that the step's own is relative to. */
export function stepOf(entry: StepEntry, below: string): StepSpec {
  return {
    name: entry.name ?? firstLine(entry.run),
    run: entry.run,
    directory: joined(below, entry.directory),
    env: entry.env,
    timeoutMs: entry.timeout ?? null,
    retries: entry.retries,
    continueOnError: entry.continue_on_error,
  }
}

function joined(folder: string, below: string): string {
  if (folder === '.') return below
  return below === '.' ? folder : `${folder}/${below}`
}

function matrixOf({ include, exclude, fail_fast, ...axes }: NonNullable<JobEntry['matrix']>): MatrixSpec {
  return { axes, include, exclude, failFast: fail_fast }
}

function serviceOf(name: string, entry: ServiceEntry): ServiceSpec {
  return {
    name,
    command: entry.command ?? null,
    image: entry.image ?? null,
    ports: entry.ports,
    env: entry.env,
    health: healthOf(entry.health ?? onlyTimes, { kind: entry.ports.length > 0 ? 'tcp' : 'process' }),
  }
}

function firstLine(script: string): string {
  const line = script.split('\n').find((text) => text.trim() !== '') ?? script
  const short = line.trim()
  return short.length > 60 ? `${short.slice(0, 59)}…` : short
}
