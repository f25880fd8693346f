const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' })
const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
]

/** Moments go on being told from now, and exactly in the zone of whoever looks. */
export function times() {
  tell()
  setInterval(tell, 10_000)
}

export function tell() {
  const now = Date.now()
  for (const time of document.querySelectorAll('time[datetime]')) {
    const at = new Date(time.dateTime)
    time.title = exact.format(at)
    if (time.dataset.kind !== 'exact') time.textContent = fromNow(at - now)
    else time.textContent = exact.format(at)
  }
}

function fromNow(ms) {
  if (Math.abs(ms) < 1000) return 'just now'
  return ms > 0 ? `in ${brief(ms)}` : `${brief(-ms)} ago`
}

/** The two largest units, as the server says it. */
function brief(ms) {
  const seconds = Math.floor(ms / 1000)
  const first = units.findIndex(([, size]) => seconds >= size)
  const [name, size] = units[first]
  const next = units[first + 1]
  const rest = next && Math.floor((seconds % size) / next[1])
  return rest ? `${Math.floor(seconds / size)}${name} ${rest}${next[0]}` : `${Math.floor(seconds / size)}${name}`
}
