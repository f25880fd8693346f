import type { AppSpec, EnvironmentSpec, VariableSpec } from './spec.ts'

/** A person's word that an environment may be without a required variable, for a reason and for a while. */
export interface Waiver {
  readonly environment: string
  readonly name: string
  readonly by: string
  readonly reason: string
  readonly at: number
  readonly expiresAt: number
}

/** A variable that an app requires and an environment has no value for. */
export interface Lack {
  readonly environment: string
  /** People must say yes to what comes there. */
  readonly isProtected: boolean
  readonly app: string
  readonly name: string
  readonly since: string | null
  readonly waiver: Waiver | null
}

export interface ContractInput {
  readonly app: AppSpec
  readonly environments: readonly EnvironmentSpec[]
  /** Names that people have set, by environment. */
  readonly set: ReadonlyMap<string, ReadonlySet<string>>
  readonly waivers: readonly Waiver[]
  readonly now: number
}

/** What the environments in which the app runs lack for it, in the order of the file. */
export function lacksOf({ app, environments, set, waivers, now }: ContractInput): readonly Lack[] {
  const required = app.variables.filter(isNeeded)
  return environments
    .filter(({ apps }) => apps.includes(app.name))
    .flatMap((environment) =>
      required
        .filter(({ name }) => !hasValue(environment, name) && set.get(environment.name)?.has(name) !== true)
        .map(({ name, since }) => ({
          ...{ environment: environment.name, isProtected: isProtected(environment), app: app.name, name, since },
          waiver: waiverFor({ waivers, now }, environment.name, name),
        })),
    )
}

/** An environment counts as protected when people must say yes to what comes there. */
export function isProtected({ protection }: EnvironmentSpec): boolean {
  return protection.approvals > 0
}

/** Somebody has to give it a value. */
export function isNeeded({ required, default: preset }: VariableSpec): boolean {
  return required && preset === null
}

/** The file gives it one. */
export function hasValue({ variables }: EnvironmentSpec, name: string): boolean {
  return Object.hasOwn(variables, name)
}

export function waiverFor(
  { waivers, now }: Pick<ContractInput, 'waivers' | 'now'>,
  environment: string,
  name: string,
): Waiver | null {
  return waivers.find((each) => each.environment === environment && each.name === name && each.expiresAt > now) ?? null
}

/** `production lacks KEY, TOKEN (required since 2.0)`, one for each environment. */
export function lackSentences(lacks: readonly Pick<Lack, 'environment' | 'name' | 'since'>[]): readonly string[] {
  const environments = [...new Set(lacks.map(({ environment }) => environment))]
  return environments.map((environment) => {
    const names = lacks.filter((lack) => lack.environment === environment).map(nameAndSince)
    return `${environment} lacks ${[...new Set(names)].join(', ')}`
  })
}

function nameAndSince({ name, since }: Pick<Lack, 'name' | 'since'>): string {
  return since === null ? name : `${name} (required since ${since})`
}
