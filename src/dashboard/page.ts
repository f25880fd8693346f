import type { Answer, Question } from '../api/route.ts'
import type { RouteName, Routes } from '../api/routes.ts'
import type { Mark } from '../domain/overview.ts'
import type { Html } from './html.ts'

/** Puts a question to the API, as whoever looks at the page. Faults as the API has them. */
export type Ask = <N extends RouteName>(name: N, question: Question<Routes[N]>) => Promise<Answer<Routes[N]>>

/** Where something would be done: a project, an environment of it, or the server as a whole. */
export interface Spot {
  readonly project?: string
  readonly environment?: string
  /** Where something is sent to from there. */
  readonly to?: string
}

/** What a page is made from. */
export interface Asking {
  readonly ask: Ask
  /** Whether whoever looks may use a route there: what they may not, they are not offered. */
  may(name: RouteName, spot?: Spot): boolean
  /** Who may, where the environment names them and whoever looks is not among them; null: that is not what is in the way. */
  onlyFor(name: RouteName, spot: Spot): string | null
  /** Whether whoever looks may see what has this id. */
  maySee(id: string): boolean
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly now: number
  /** What touches secrets and accounts takes from whoever looks that they show first that it is still them. */
  readonly mustConfirm: boolean
  /** Name of the account. */
  readonly viewer: string
  /** The page's own address, path and query. */
  readonly here: string
  /** Where people reach this server. */
  readonly baseUrl: string
}

export type Section = 'overview' | 'approvals' | 'insights' | 'audit' | 'people' | 'server' | 'me'

/** A page as it is shown. */
export interface Shown {
  readonly title: string
  /** What the icon of the browser's tab tells. */
  readonly mark: Mark | null
  readonly section: Section
  /** Of which projects something new changes the page; null: of all. Empty: nothing does. */
  readonly about: readonly string[] | null
  readonly body: Html
}

export interface Page {
  /** As the router has it: `/runs/:run`. */
  readonly path: string
  show(asking: Asking): Promise<Shown>
}

/** A parameter that the page's path has. */
export function param({ params }: Pick<Asking, 'params'>, name: string): string {
  return params[name] ?? ''
}
