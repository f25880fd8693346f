/** Environment variables by which a process tells, for as long as it lives, what it is and which host started it. */
export const markNames = {
  host: 'SIGNALBOX_HOST',
  instance: 'SIGNALBOX_INSTANCE',
  oneOff: 'SIGNALBOX_ONE_OFF',
  edge: 'SIGNALBOX_EDGE',
} as const

export type Marks = Readonly<Record<string, string>>

export function instanceMarks(hostId: string, name: string): Marks {
  return { [markNames.host]: hostId, [markNames.instance]: name }
}

export function oneOffMarks(hostId: string, name: string): Marks {
  return { [markNames.host]: hostId, [markNames.oneOff]: name }
}

/** A health command sees the instance's environment, but is not the instance. */
export function probeMarks(hostId: string, name: string): Marks {
  return { [markNames.host]: `${hostId}/probe`, [markNames.instance]: name }
}

/** Not the host's mark: an edge worker is no stray of an instance. */
export function edgeMarks(hostId: string, id: string): Marks {
  return { [markNames.edge]: `${hostId}/${id}` }
}
