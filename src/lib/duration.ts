const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Longer than any wait that makes sense, and far below where adding milliseconds to a date loses precision. */
const longestMs = 3650 * 86_400_000

/** `500ms`, `30s`, `10m`, `1h30m`, `30d` → milliseconds; null for anything else. Units go from large to small, each once. */
export function parseDuration(text: string): number | null {
  const parts = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/.exec(text)
  if (parts === null || text === '') return null
  const [, d = '0', h = '0', m = '0', s = '0', ms = '0'] = parts
  const total = Number(d) * 86_400_000 + Number(h) * 3_600_000 + Number(m) * 60_000 + Number(s) * 1000 + Number(ms)
  return total <= longestMs ? total : null
}

/** The shortest text that `parseDuration` reads back as the same number of milliseconds. */
export function showDuration(durationMs: number): string {
  let rest = Math.round(durationMs)
  if (rest <= 0) return '0s'
  let text = ''
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const size = unitMs[unit] ?? 1
    const count = Math.floor(rest / size)
    if (count > 0) text += `${count}${unit}`
    rest -= count * size
  }
  return text
}
