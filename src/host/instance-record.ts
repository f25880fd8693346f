import type { StopSpec } from '../domain/spec.ts'
import type { Fault } from '../lib/fault.ts'
import type { InstanceSpec } from '../targets/driver.ts'

/**
 * What the host stores of an instance. It is written before each start (from then on a process with the instance's marks
 * may exist) and after it, so that whoever reads it can find the process or know that there is none.
 */
export interface InstanceRecord {
  /** With secret values: the file is for our eyes only. Needed to start the instance again after a reboot. */
  readonly spec: InstanceSpec
  /** Number of the command that placed it. */
  readonly placedBy: number
  readonly port: number | null
  /** From the intent to start a process until its start is known: one with our marks may be there. */
  readonly isStarting: boolean
  /** The process that runs, as far as we know, or ran last. */
  readonly process: RecordedProcess | null
  readonly starts: number
  /** Whether any of its processes has ever passed its health check. */
  readonly wasHealthy: boolean
  readonly lastExit: string | null
  /** How its start ended when it was given up: nobody starts it again. */
  readonly failure: StoredFailure | null
  /** Set when it is to go away. */
  readonly stop: StopSpec | null
}

export interface RecordedProcess {
  readonly pid: number
  readonly startTime: number
  readonly bootId: string
  /** Wall clock. */
  readonly startedAt: number
  /** Where on this machine it was reached. */
  readonly address: string | null
  /** Whether this very process has passed its health check. */
  readonly hasPassed: boolean
}

export interface StoredFailure {
  readonly code: Fault['code']
  readonly details: Fault['details']
}

export function newRecord(spec: InstanceSpec, placedBy: number): InstanceRecord {
  return {
    ...{ spec, placedBy, port: null, isStarting: false, process: null, starts: 0 },
    ...{ wasHealthy: false, lastExit: null, failure: null, stop: null },
  }
}
