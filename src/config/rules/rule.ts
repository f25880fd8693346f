import type { DriverOptions } from '../../domain/driver-options.ts'
import type { AppSpec, EnvironmentSpec, ProjectSpec, TargetSpec } from '../../domain/spec.ts'
import type { Finding } from '../issues.ts'
import { nearest } from '../near-miss.ts'
import type { Path } from '../place.ts'
import { oneOf, quoted } from '../problem.ts'
import type { AppEntry, EnvironmentEntry, ProjectFile } from '../schema.ts'

/** One thing that keys must agree on. A rule is one function; the list of them is in rules.ts. */
export type Rule = (context: Context) => readonly Finding[]

export interface Context {
  /** As it stands in the text, nothing filled in. */
  readonly written: unknown
  /** The same with defaults filled in. */
  readonly file: ProjectFile
  /** What that makes. */
  readonly spec: ProjectSpec
  /** Everything the file gives a name, also what is wrong in itself and missing above. */
  readonly names: {
    readonly checks: readonly string[]
    readonly apps: readonly string[]
    readonly environments: readonly string[]
  }
  readonly drivers: Readonly<Record<string, DriverOptions>>
}

export interface AppContext {
  readonly app: AppSpec
  readonly entry: AppEntry
  readonly path: Path
}

export function appsIn({ file, spec }: Context): readonly AppContext[] {
  return spec.apps.flatMap((app) => {
    const own = file.apps?.[app.name]
    if (own !== undefined) return [{ app, entry: own, path: ['apps', app.name] }]
    return file.app === undefined ? [] : [{ app, entry: file.app, path: ['app'] }]
  })
}

export interface EnvironmentContext {
  readonly environment: EnvironmentSpec
  readonly entry: EnvironmentEntry
  readonly path: Path
  /** The apps that run here. */
  readonly apps: readonly AppSpec[]
}

export function environmentsIn({ file, spec }: Context): readonly EnvironmentContext[] {
  return spec.environments.flatMap((environment) => {
    const entry = file.environments[environment.name]
    const apps = spec.apps.filter(({ name }) => environment.apps.includes(name))
    return entry === undefined ? [] : [{ environment, entry, apps, path: ['environments', environment.name] }]
  })
}

/** Whether an environment on this target can have a port of its own. */
export function takesPort({ drivers }: Context, { driver }: TargetSpec): boolean {
  return Object.hasOwn(drivers[driver] ?? {}, 'port')
}

export function wrong(path: Path, found: string, expected: string | null): Finding {
  return { path, on: 'value', found, expected, suggestion: null }
}

/** For what is wrong with a name itself rather than with what it holds. */
export function wrongKey(path: Path, found: string, expected: string | null): Finding {
  return { path, on: 'key', found, expected, suggestion: null }
}

/** Words of a list that name nothing. */
export function unknownNames(path: Path, used: readonly string[], known: { what: string; names: readonly string[] }) {
  return used.flatMap((name, index) => (known.names.includes(name) ? [] : [unknownName([...path, index], name, known)]))
}

export function unknownName(
  path: Path,
  name: string,
  { what, names }: { what: string; names: readonly string[] },
): Finding {
  const expected = names.length === 0 ? `no ${what}, as none is named` : oneOf(names)
  return { ...wrong(path, `unknown ${what} ${quoted(name)}`, expected), suggestion: nearest(name, names) }
}
