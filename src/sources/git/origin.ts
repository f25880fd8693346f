/** Where a history may be fetched from, and by which of git's transports. */
export interface Origin {
  readonly url: string
  readonly protocols: readonly ('https' | 'ssh' | 'file')[]
}

/** Reads an address a person gave; a sentence's end says why it is refused. Only https, ssh and folders of this machine. */
export function originOf(text: string): Origin | { readonly problem: string } {
  if (text.length > 2_000 || /[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}]/u.test(text)) return { problem: 'it is not an address' }
  if (text.startsWith('/')) return folder(text)
  if (text.startsWith('https://')) return web(text)
  if (text.startsWith('ssh://')) return shell(text)
  if (/^[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?![-:])[^:]+$/.test(text))
    return { url: text, protocols: ['ssh'] }
  return { problem: 'only https://, ssh:// and the absolute path of a folder are taken' }
}

function folder(path: string): Origin | { readonly problem: string } {
  const parts = path.slice(1).split('/')
  return parts.includes('..') ? { problem: 'the path goes astray' } : { url: path, protocols: ['file'] }
}

function web(text: string): Origin | { readonly problem: string } {
  const url = parsed(text)
  if (url === null || !isHost(url.hostname)) return { problem: 'it is not an address' }
  // It would be kept in the record, and shown.
  if (url.username !== '' || url.password !== '')
    return { problem: 'it holds a user name or password; use ssh instead' }
  return { url: url.href, protocols: ['https'] }
}

function shell(text: string): Origin | { readonly problem: string } {
  const url = parsed(text)
  if (url === null || !isHost(url.hostname)) return { problem: 'it is not an address' }
  if (url.password !== '') return { problem: 'it holds a password; use a key instead' }
  if (!/^[\w.-]*$/.test(url.username) || url.username.startsWith('-')) return { problem: 'its user name is not one' }
  if (/^\/+-/.test(url.pathname)) return { problem: 'its path begins with a hyphen' }
  return { url: text, protocols: ['ssh'] }
}

function parsed(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}

function isHost(host: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9.-]*$|^\[[0-9a-fA-F:.]+\]$/.test(host)
}
