import { typesOf } from '../domain/variables.ts'
import type { VariableChange } from '../store/variables.ts'
import { secretPlace } from './instances.ts'
import type { Secrets } from './parts.ts'

interface Scope {
  readonly project: string
  readonly environment: string
}

interface Sealing {
  readonly changes: readonly VariableChange[]
  readonly version: number
}

/** The changes with their secret values sealed for this version, the only one they will open under. */
export async function sealAll(secrets: Secrets, { project, environment }: Scope, { changes, version }: Sealing) {
  const sealed: VariableChange[] = []
  for (const change of changes) {
    const { name, value, secret } = change
    const place = secretPlace(project, environment, name, version)
    if (value === null) sealed.push(change)
    else sealed.push({ ...change, fits: typesOf(value), value: secret ? await secrets.seal(place, value) : value })
  }
  return sealed
}
