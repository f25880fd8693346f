import { againPage } from '../dashboard/again-page.ts'
import type { Fault } from '../lib/fault.ts'
import { wantsPage } from './wants-page.ts'

const againS = 5

/** For a browser that asks while the server starts or stops; null for whoever can read what the API says. */
export async function comeAgain({ method, url, headers }: Request, fault: Fault): Promise<Response | null> {
  const isPage = wantsPage({ path: new URL(url).pathname, accept: headers.get('accept') ?? undefined })
  if (!isPage || method === 'HEAD') return null
  const page = await againPage(fault, { afterS: method === 'GET' ? againS : null })
  return new Response(String(page), { status: 503, headers: headersOfPage })
}

/** It loads nothing, so it may load nothing. */
const headersOfPage = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'retry-after': String(againS),
}
