/** One line of the catalogue. `{name}` places are filled from the fault's details. */
export interface FaultEntry {
  readonly sentence: string
  readonly hint: string
  /** True when the same call may succeed if it is simply made again later. */
  readonly temporary?: true
}

/** Every error a person can meet. Code = `area.what`; keep the areas and the codes within them in alphabetical order. */
const catalogue = {
  'artifact.damaged': {
    sentence: 'The archive {digest} does not have the checksum it is named by',
    hint: 'Build the release again; the damaged archive is never used.',
  },
  'artifact.missing': {
    sentence: 'The archive {digest} is not there',
    hint: 'Build the release again, or choose one that is kept.',
  },
  'disk.full': {
    sentence: 'The disk is full: {path} could not be written',
    hint: 'Free space on that file system; nothing that was stored before is damaged, and work goes on when there is space.',
    temporary: true,
  },
  'file.too_large': {
    sentence: 'The file {path} is larger than {limitBytes} bytes',
    hint: 'Make it smaller; the limit protects the server.',
  },
  'instance.unhealthy': {
    sentence: 'The instance {instance} did not become healthy: {problem}',
    hint: 'Look at its last lines with `signalbox logs`; check the health path, the port and the start period.',
  },
  'internal.bug': {
    sentence: 'Signalbox itself made a mistake: {what}',
    hint: 'Please report it with the server log around this time.',
  },
  'process.failed': {
    sentence: 'The program {program} failed: {problem}',
    hint: 'The last lines it printed are in the details.',
  },
  'process.limit': {
    sentence: 'The program {program} took too long and was ended',
    hint: 'The last lines it printed are in the details.',
    temporary: true,
  },
  'process.not_started': {
    sentence: 'The program {program} could not be started: {problem}',
    hint: 'Check that it is installed, and that the folder it starts in is there.',
  },
  'process.too_much_output': {
    sentence: 'The program printed more than {maxBytes} bytes',
    hint: 'It was ended; look at why it prints so much.',
  },
  'request.invalid': {
    sentence: 'The request is not valid: {problem}',
    hint: 'Compare it with the API reference.',
  },
  'target.fenced': {
    sentence: 'The command {number} for {track} comes too late: the target has seen {newest}',
    hint: 'A newer command of this or another server took its place; look at what it decided.',
  },
  'target.refused': {
    sentence: 'The target {target} refuses: {problem}',
    hint: 'The request does not fit what runs there; Signalbox looks again before it decides.',
  },
  'target.unreachable': {
    sentence: 'The target {target} does not answer: {problem}',
    hint: 'Check that it is up and reachable from the server; Signalbox tries again by itself.',
    temporary: true,
  },
} as const satisfies Record<string, FaultEntry>

export type FaultCode = keyof typeof catalogue

export const faults: Readonly<Record<FaultCode, FaultEntry>> = catalogue
