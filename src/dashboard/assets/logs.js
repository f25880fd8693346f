/** A log that grows is followed; its lines can be searched. */
export function logs() {
  for (const log of document.querySelectorAll('.log[data-follow]')) follow(log)
  for (const field of document.querySelectorAll('.log input[type=search]')) {
    field.addEventListener('input', () => find(field.closest('.log'), field.value))
  }
}

/** From where it is, until it ends; through restarts of the server. */
function follow(log, from = log.dataset.follow) {
  const source = new EventSource(from)
  const next = new URL(from, location.href)
  source.addEventListener('message', ({ data, lastEventId }) => {
    append(log, JSON.parse(data))
    next.searchParams.set('offset', lastEventId)
  })
  source.addEventListener('end', () => source.close())
  source.addEventListener('error', ({ data }) => {
    if (data !== undefined) source.close()
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(log, next.href), 2000)
  })
}

/** `pieces`: HTML that the server made and escaped, by step. */
function append(log, { pieces }) {
  const isAtEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 80
  for (const { step, title, html } of pieces) stepOf(log, step, title).insertAdjacentHTML('beforeend', html)
  const field = log.querySelector('input[type=search]')
  if (field?.value) find(log, field.value)
  if (isAtEnd && log.querySelector('[data-do=stick]:checked')) scrollTo({ top: document.documentElement.scrollHeight })
}

function stepOf(log, step, title) {
  const found = log.querySelector(`[data-step="${CSS.escape(step)}"] .lines`)
  if (found !== null) return found
  const fold = document.createElement('details')
  fold.open = true
  fold.dataset.step = step
  const summary = document.createElement('summary')
  summary.textContent = title
  const lines = document.createElement('div')
  lines.className = 'lines'
  fold.append(summary, lines)
  log.append(fold)
  return lines
}

function find(log, words) {
  const wanted = words.toLowerCase()
  let count = 0
  for (const line of log.querySelectorAll('.l')) {
    const isFound = wanted === '' || line.textContent.toLowerCase().includes(wanted)
    if (isFound) delete line.dataset.out
    else line.dataset.out = ''
    if (isFound) count += 1
  }
  log.querySelector('[data-found]').textContent = wanted === '' ? '' : `${count} lines`
  if (wanted !== '') for (const fold of log.querySelectorAll('details')) fold.open = true
}
