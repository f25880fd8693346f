import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Browser, SignedIn } from './accounts/sessions.ts'
import { hashOfToken, type Principal } from './auth.ts'
import type { Env } from './env.ts'

/** Who looks at a page: by the cookie of their session. Scripts cannot read it, and no other site makes a browser send it with a post. */
export class Viewers {
  readonly #signedIn: SignedIn
  readonly #options: ReturnType<typeof cookieOptions>

  constructor(signedIn: SignedIn, baseUrl: string) {
    this.#signedIn = signedIn
    this.#options = cookieOptions(baseUrl)
  }

  of(context: Context<Env>): Principal | null {
    const value = getCookie(context, cookie, this.#options.prefix)
    return value === undefined ? null : this.#signedIn(hashOfToken(value))
  }

  enter(context: Context<Env>, value: string): void {
    setCookie(context, cookie, value, this.#options)
  }

  leave(context: Context<Env>): void {
    deleteCookie(context, cookie, this.#options)
  }
}

const cookie = 'signalbox'

interface CookieOptions {
  readonly httpOnly: true
  readonly sameSite: 'Lax'
  readonly path: '/'
  readonly secure?: true
  readonly prefix?: 'host'
}

/** Behind https the name says that it is for this host alone; over http no browser would take such a name. */
export function cookieOptions(baseUrl: string): CookieOptions {
  const common = { httpOnly: true, sameSite: 'Lax', path: '/' } as const
  return new URL(baseUrl).protocol === 'https:' ? { ...common, secure: true, prefix: 'host' } : common
}

export function browserOf({ req, env }: Context<Env>): Browser {
  return { browser: req.header('user-agent') ?? '', address: env.incoming.socket.remoteAddress ?? '' }
}
