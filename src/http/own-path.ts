/** A path of this server, whatever a form or a link said. */
export function ownPath(back: unknown): string {
  return typeof back === 'string' && /^\/(?![/\\])[\x21-\x7e]*$/.test(back) ? back : '/'
}

/** The page of this server that a form was on, as the browser says; for anything else the first page. */
export function cameFrom(referer: string | undefined, baseUrl: string): string {
  const from = URL.parse(referer ?? '')
  return from?.origin === new URL(baseUrl).origin ? ownPath(`${from.pathname}${from.search}`) : '/'
}
