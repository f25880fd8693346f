import type { Files } from './files.ts'

/** What was guessed of a repository, before it is written down as `signalbox.yml`. */
export interface Draft {
  readonly directory: string
  /** Steps of the check `test`; none = no check. */
  readonly test: readonly string[]
  readonly build: readonly string[]
  /** Variables that the steps above need to have some value. */
  readonly env: Readonly<Record<string, string>>
  readonly processes: Readonly<Record<string, DraftProcess>>
  readonly static: readonly { readonly url: string; readonly directory: string }[]
  readonly shared: readonly string[]
  readonly migrations: string | Readonly<Record<string, string>> | null
  readonly variables: Readonly<Record<string, DraftVariable>>
  /** Values by environment: `HOST` in one stands for the environment's host name. */
  readonly values: Readonly<Record<string, string>>
  /** One sentence each: what was found, what it was taken for, and what to look at. */
  readonly guesses: readonly string[]
  /** Comments that stand above the keys of the app. */
  readonly comments: Readonly<Record<string, string>>
}

export interface DraftProcess {
  readonly command: string | readonly string[]
  readonly health?: unknown
}

export type DraftVariable =
  | 'required'
  | 'optional'
  | 'secret'
  | { readonly default: string }
  | { readonly secret: true }

export const blank: Draft = {
  directory: '.',
  test: [],
  build: [],
  env: {},
  processes: {},
  static: [],
  shared: [],
  migrations: null,
  variables: {},
  values: {},
  guesses: [],
  comments: {},
}

/** Looks for one kind of application; null when it is not of that kind. */
export type Detector = (files: Files) => Draft | null
