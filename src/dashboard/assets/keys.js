const rows = '.list tbody tr, .station, .wish, .changes li, .job, .log .l'
let typed = ''
let typedAt = 0

/** Everything can be reached with keys; `?` lists them. */
export function keys() {
  const button = document.querySelector('[data-do=keys]')
  if (button !== null) {
    button.hidden = false
    button.addEventListener('click', list)
  }
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape') leave()
    else if (!isField(event.target)) press(event)
  })
}

/** A form that is open closes, with what was typed still in it; else the field is left. */
function leave() {
  const opened = document.querySelector('.opening[open]')
  if (opened === null) return document.activeElement?.blur()
  opened.open = false
  opened.querySelector('summary').focus()
}

function press(event) {
  const { key } = event
  if (key === '?') list()
  else if (key === 'j' || key === 'k') move(key === 'j' ? 1 : -1)
  else if (key === 'Enter' && event.target.closest('a, button, summary, input, dialog') === null) open()
  else if (key === '/') search(event)
  else chord(key, event)
}

/** One key or two within a second: those that the page's links and buttons name. What changes something takes Enter besides. */
function chord(key, event) {
  const now = event.timeStamp
  const before = now - typedAt < 1000 ? typed : ''
  ;[typed, typedAt] = [key, now]
  for (const keysOf of [`${before} ${key}`, key]) {
    const found = document.querySelector(`[data-key="${CSS.escape(keysOf)}"]`)
    if (found === null) continue
    event.preventDefault()
    typed = ''
    return found.matches('form button') ? found.focus() : found.click()
  }
}

function move(by) {
  const all = [...document.querySelectorAll(rows)].filter((row) => row.offsetParent !== null)
  if (all.length === 0) return
  const at = all.findIndex((row) => row.dataset.on !== undefined)
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))]
  if (all[at]) delete all[at].dataset.on
  next.dataset.on = ''
  next.scrollIntoView({ block: 'nearest' })
}

function open() {
  const row = document.querySelector('[data-on]')
  const target = row?.matches('a') ? row : row?.querySelector('a, input[type=checkbox]')
  target?.click()
}

function search(event) {
  const field = document.querySelector('input[type=search], .filters input')
  if (field === null) return
  event.preventDefault()
  field.focus()
}

function list() {
  const dialog = document.querySelector('#keys')
  const own = [...document.querySelectorAll('[data-key]')].map(({ dataset, title, textContent }) => [
    dataset.key,
    title || textContent.trim(),
  ])
  const entries = own.map(([key, text]) => {
    const entry = document.createElement('div')
    const [term, told] = [document.createElement('dt'), document.createElement('dd')]
    const mark = document.createElement('kbd')
    mark.textContent = key
    term.append(mark)
    told.textContent = text
    entry.append(term, told)
    entry.dataset.own = ''
    return entry
  })
  for (const old of dialog.querySelectorAll('[data-own]')) old.remove()
  dialog.querySelector('.keys').append(...entries)
  if (!dialog.open) dialog.showModal()
}

function isField(target) {
  return target instanceof Element && target.matches('input:not([type=checkbox]), textarea, select')
}
