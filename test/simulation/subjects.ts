import { engine } from './engine/subject.ts'
import type { Subject } from './kit/simulation.ts'
import { rehearsal } from './rehearsal/subject.ts'

/** What can be simulated, by name; the first is the one that is meant when none is named. One line each. */
const subjects: readonly Subject[] = [engine, rehearsal]

export function subjectNamed(name: string | undefined): Subject {
  const found = subjects.find((subject) => name === undefined || subject.name === name)
  if (found === undefined)
    throw new Error(`no subject ${name}; there are ${subjects.map((each) => each.name).join(', ')}`)
  return found
}
