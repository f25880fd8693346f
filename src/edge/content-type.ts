/** What browsers need to be told; everything else is bytes. */
const types: Readonly<Record<string, string>> = {
  ...{ avif: 'image/avif', bmp: 'image/bmp', gif: 'image/gif', ico: 'image/vnd.microsoft.icon', jpeg: 'image/jpeg' },
  ...{ jpg: 'image/jpeg', png: 'image/png', svg: 'image/svg+xml', webp: 'image/webp' },
  ...{ css: 'text/css', csv: 'text/csv', htm: 'text/html', html: 'text/html', md: 'text/markdown', txt: 'text/plain' },
  ...{ js: 'text/javascript', mjs: 'text/javascript', xml: 'application/xml', ics: 'text/calendar', vtt: 'text/vtt' },
  ...{ json: 'application/json', map: 'application/json', webmanifest: 'application/manifest+json' },
  ...{ wasm: 'application/wasm', pdf: 'application/pdf', zip: 'application/zip', gz: 'application/gzip' },
  ...{ otf: 'font/otf', ttf: 'font/ttf', woff: 'font/woff', woff2: 'font/woff2', eot: 'application/vnd.ms-fontobject' },
  ...{ mp3: 'audio/mpeg', ogg: 'audio/ogg', wav: 'audio/wav', m4a: 'audio/mp4' },
  ...{ mp4: 'video/mp4', webm: 'video/webm', mov: 'video/quicktime' },
  ...{ atom: 'application/atom+xml', rss: 'application/rss+xml' },
}

/** By the end of the file's name. */
export function contentType(name: string): string {
  const dot = name.lastIndexOf('.')
  const type = (dot === -1 ? undefined : types[name.slice(dot + 1).toLowerCase()]) ?? 'application/octet-stream'
  const isText = type.startsWith('text/') || /[/+](?:json|xml)$/.test(type)
  return isText ? `${type}; charset=utf-8` : type
}
