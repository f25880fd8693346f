import { type Files, has, read } from './files.ts'

/** The parts of package.json that say how an app is run; of the kinds they should be, or absent. */
export interface PackageJson {
  readonly name: string | null
  readonly main: string | null
  readonly bins: readonly string[]
  readonly engine: string | null
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** Null when there is none, or none that can be read. */
export function packageJson(files: Files): PackageJson | null {
  if (!has(files, 'package.json')) return null
  const data = parsed(read(files, 'package.json'))
  if (data === null) return null
  const { bin } = data
  return {
    name: text(data.name),
    main: text(data.main),
    bins: typeof bin === 'string' ? [bin] : Object.values(texts(bin)),
    engine: texts(data.engines).node ?? null,
    scripts: texts(data.scripts),
    dependencies: texts(data.dependencies),
    devDependencies: texts(data.devDependencies),
  }
}

function parsed(source: string): Readonly<Record<string, unknown>> | null {
  try {
    const data: unknown = JSON.parse(source)
    return typeof data === 'object' && data !== null && !Array.isArray(data) ? { ...data } : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

function texts(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0] !== '__proto__',
    ),
  )
}
