import { hasValue, isNeeded, type Waiver, waiverFor } from './contract.ts'
import type { AppSpec, EnvironmentSpec, ProjectSpec, VariableSpec } from './spec.ts'

/**
 * Where a variable's value in an environment is from, or what it means that there is none. `unused`: it has one, and of the apps
 * there, which do say what they use, none declares it. `none`: nobody there asks for it.
 */
export type Presence =
  | 'set'
  | 'in_file'
  | 'default'
  | 'optional'
  | 'missing'
  | 'waived'
  | 'unused'
  | 'unused_in_file'
  | 'none'

export interface PresenceRow {
  readonly name: string
  /** Null where no app declares it. */
  readonly declared: Pick<VariableSpec, 'type' | 'required' | 'secret' | 'since' | 'description'> | null
  /** Whether it is kept as a secret anywhere. */
  readonly secret: boolean
  /** One for each environment, in the order of the file. */
  readonly cells: readonly { readonly environment: string; readonly presence: Presence }[]
}

export interface PresenceInput {
  readonly spec: ProjectSpec
  /** What people have set, by environment: name → whether it is a secret. */
  readonly set: ReadonlyMap<string, ReadonlyMap<string, boolean>>
  readonly waivers: readonly Waiver[]
  readonly now: number
}

/** Every variable that is declared or has a value somewhere, against every environment; in the order of names. */
export function presenceMatrix(input: PresenceInput): readonly PresenceRow[] {
  const { spec, set } = input
  const declared = spec.apps.flatMap(({ variables }) => variables)
  const inFile = spec.environments.flatMap(({ variables }) => Object.keys(variables))
  const stored = [...set.values()].flatMap((names) => [...names.keys()])
  const names = [...new Set([...declared.map(({ name }) => name), ...inFile, ...stored])].sort()
  return names.map((name) => ({
    name,
    declared: summary(declared.filter((each) => each.name === name)),
    secret: [...set.values()].some((each) => each.get(name) === true),
    cells: spec.environments.map((environment) => ({
      environment: environment.name,
      presence: presenceOf(input, environment, name),
    })),
  }))
}

/** Several apps may declare it, each in its own way: whatever one of them demands counts. */
function summary(all: readonly VariableSpec[]): PresenceRow['declared'] {
  const [first] = all
  if (first === undefined) return null
  const { type, description } = first
  const since = all.find((each) => each.since !== null)?.since ?? null
  return { type, description, since, required: all.some(isNeeded), secret: all.some(({ secret }) => secret) }
}

function presenceOf(input: PresenceInput, environment: EnvironmentSpec, name: string): Presence {
  const isSet = input.set.get(environment.name)?.has(name) === true
  const isInFile = hasValue(environment, name)
  const apps = input.spec.apps.filter((app) => environment.apps.includes(app.name))
  const wishes = apps.flatMap(({ variables }) => variables.filter((each) => each.name === name))
  if (wishes.length === 0 && apps.some(declares)) return isSet ? 'unused' : isInFile ? 'unused_in_file' : 'none'
  if (isSet) return 'set'
  if (isInFile) return 'in_file'
  if (wishes.some(isNeeded)) return waiverFor(input, environment.name, name) === null ? 'missing' : 'waived'
  if (wishes.length === 0) return 'none'
  return wishes.some((each) => each.default !== null) ? 'default' : 'optional'
}

function declares({ variables }: AppSpec): boolean {
  return variables.length > 0
}
