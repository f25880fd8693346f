/** One line of the catalogue. `{name}` places are filled from the fault's details. */
export interface FaultEntry {
  readonly sentence: string
  readonly hint: string
  /** True when the same call may succeed if it is simply made again later. */
  readonly temporary?: true
}

/** Every error a person can meet. Code = `area.what`; keep the areas and the codes within them in alphabetical order. */
const catalogue = {
  'internal.bug': {
    sentence: 'Signalbox itself made a mistake: {what}',
    hint: 'Please report it with the server log around this time.',
  },
  'request.invalid': {
    sentence: 'The request is not valid: {problem}',
    hint: 'Compare it with the API reference.',
  },
  'target.unreachable': {
    sentence: 'The target {target} does not answer: {problem}',
    hint: 'Check that it is up and reachable from the server; Signalbox tries again by itself.',
    temporary: true,
  },
} as const satisfies Record<string, FaultEntry>

export type FaultCode = keyof typeof catalogue

export const faults: Readonly<Record<FaultCode, FaultEntry>> = catalogue
