import { Fault } from '../lib/fault.ts'

const safeMethods = ['GET', 'HEAD', 'OPTIONS']

/**
 * A browser says from whose page a request comes; one that changes something must come from ours. Programs send neither
 * header and show a token instead, which no foreign page can make a browser do.
 */
export function mustBeOwn({ method, headers }: Pick<Request, 'method' | 'headers'>, baseUrl: string): void {
  if (safeMethods.includes(method)) return
  const origin = headers.get('origin')
  if (origin !== null && origin !== new URL(baseUrl).origin) throw new Fault('request.foreign', { details: { origin } })
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none')
    throw new Fault('request.foreign', { details: { origin: site } })
  if (headers.has('cookie') && origin === null && site === null) {
    throw new Fault('request.foreign', { details: { origin: '(not told)' } })
  }
}
