import { Fault } from '../lib/fault.ts'

const safeMethods = ['GET', 'HEAD', 'OPTIONS']

type Headed = Pick<Request, 'method' | 'headers'>

/**
 * A browser says from whose page a request comes. One that changes something must come from ours, and nothing of ours is part of
 * another page; a link from elsewhere may be followed. Programs send none of these headers and show a token instead, which no
 * foreign page can make a browser do. Fault `request.foreign`.
 */
export function mustBeOwn(request: Headed, baseUrl: string): void {
  const { headers } = request
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none' && !isVisit(request)) throw foreign(site)
  if (safeMethods.includes(request.method)) return
  const origin = headers.get('origin')
  if (origin !== null && origin !== new URL(baseUrl).origin) throw foreign(origin)
  if (headers.has('cookie') && origin === null && site === null) throw foreign('(not told)')
}

/** Somebody follows a link: the page stands alone in its window, and is in no frame of another. */
function isVisit({ method, headers }: Headed): boolean {
  const mode = headers.get('sec-fetch-mode')
  const into = headers.get('sec-fetch-dest') ?? 'document'
  return safeMethods.includes(method) && mode === 'navigate' && into === 'document'
}

function foreign(origin: string): Fault {
  return new Fault('request.foreign', { details: { origin } })
}
