import type { z } from 'zod'
import type { Permission } from '../domain/permission.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** What a token must be good for, and its account there; `anyone` needs none. */
export type Scope = 'anyone' | 'read' | 'contribute' | 'deploy' | 'maintain' | 'admin'

/** One thing the API can be asked. */
export interface Route {
  readonly method: Method
  /** Below `/api/v1`; `:name` stands for a parameter. */
  readonly path: string
  readonly scope: Scope
  /** What it takes in the environment besides, where that names who has it. */
  readonly permission?: Permission
  /** It touches secrets or accounts: from a browser it takes that somebody has shown of late that it is still them. */
  readonly confirm?: true
  /** What it does, for the reference. */
  readonly sentence: string
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** `json`: one answer. `events`: a stream of them (SSE), resumed after the id in `Last-Event-ID`. */
  readonly kind: 'json' | 'events'
  /** How long a client waits for it, when that is longer than usual. */
  readonly limitMs?: number
  readonly answer: z.ZodType
}

export const apiPrefix = '/api/v1'

type In<S> = S extends z.ZodType ? z.input<S> : undefined
type Out<S> = S extends z.ZodType ? z.output<S> : undefined

/** What somebody who calls a route has to give. */
export type Question<R extends Route> = Part<'params', In<R['params']>> &
  Part<'query', In<R['query']>> &
  Part<'body', In<R['body']>>

/** What its handler is given: the same, checked and with defaults filled in. */
export interface Asked<R extends Route> {
  readonly params: Out<R['params']>
  readonly query: Out<R['query']>
  readonly body: Out<R['body']>
}

export type Answer<R extends Route> = z.output<R['answer']>

/** A part that may be left out whole may be left out. */
type Part<K extends string, T> = [T] extends [undefined]
  ? unknown
  : Record<never, never> extends T
    ? { readonly [P in K]?: T }
    : { readonly [P in K]: T }

export function route<const R extends Route>(description: R): R {
  return description
}
