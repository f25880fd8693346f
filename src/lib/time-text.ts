/** `2h 5m`, `3d 4h`, `12s`, `0.4s`: the two largest units, as a person would say it. */
export function brief(durationMs: number): string {
  const seconds = Math.max(durationMs, 0) / 1000
  if (seconds < 10) return `${seconds.toFixed(1)}s`
  const [d, h, m, s] = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60, seconds % 60].map(Math.floor)
  const parts = [`${d}d`, `${h}h`, `${m}m`, `${s}s`]
  const first = parts.findIndex((part) => !part.startsWith('0'))
  return parts
    .slice(first, first + 2)
    .filter((part) => !part.startsWith('0'))
    .join(' ')
}

export function ago(at: number, now: number): string {
  return now - at < 1000 ? 'just now' : `${brief(now - at)} ago`
}

/** `2026-11-21 05:36:01` UTC. */
export function moment(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}
