/** A path of this server, whatever a form or a link said. */
export function ownPath(back: unknown): string {
  return typeof back === 'string' && /^\/(?![/\\])[\x21-\x7e]*$/.test(back) ? back : '/'
}
