import { hasTyped } from './acts.js'
import { Idiomorph } from './idiomorph.js'
import { count } from './ticks.js'
import { tell } from './times.js'

/** When something is recorded about what the page shows, the page is read again, and what differs is changed in place. */
export function live() {
  const main = document.querySelector('main[data-live]')
  if (main === null) return
  const about = new URLSearchParams({ after: main.dataset.live })
  if (main.dataset.projects !== undefined) about.set('projects', main.dataset.projects)
  listen(about, document.querySelector('#connection'))
}

function listen(about, mark) {
  const source = new EventSource(`/live?${about}`)
  source.addEventListener('open', () => {
    mark.hidden = true
  })
  source.addEventListener('message', ({ lastEventId }) => {
    about.set('after', lastEventId)
    refresh()
  })
  source.addEventListener('end', refresh)
  source.addEventListener('error', ({ data }) => {
    mark.hidden = false
    // The server says goodbye, or that the session is over: reading the page again tells which.
    if (data !== undefined) refresh()
    if (source.readyState === EventSource.CLOSED) setTimeout(() => again(about, mark), 2000)
  })
}

/** A browser tries again by itself when a connection breaks, and gives up when it gets another answer: of a server that starts, say. */
function again(about, mark) {
  refresh()
  listen(about, mark)
}

let isReading = false
let isStale = false

/** One reading at a time; what comes meanwhile asks for one more. */
function refresh() {
  isStale = true
  if (!isReading) readAll().catch(() => {}) // It never rejects.
}

async function readAll() {
  isReading = true
  while (isStale) {
    isStale = false
    await read().catch(() => {}) // The connection's own mark tells.
  }
  isReading = false
}

async function read() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' }, redirect: 'manual' })
  if (answer.type === 'opaqueredirect') return location.reload()
  if (!answer.ok) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  morph('#live', page)
  morph('.bar nav', page)
  document.title = page.title
  const [icon, next] = [document, page].map((each) => each.querySelector('link[rel=icon]'))
  if (icon.href !== next.href) icon.href = next.href
  tell()
  count()
}

function morph(selector, page) {
  const [old, next] = [document, page].map((each) => each.querySelector(selector))
  if (old === null || next === null) return
  Idiomorph.morph(old, next, { morphStyle: 'outerHTML', restoreFocus: true, callbacks })
}

const kept = ['hidden', 'checked', 'selected', 'aria-busy', 'data-on', 'data-off', 'data-out']

/** What somebody has opened, ticked, typed or chosen stays. A form that is open goes on to ask what it asked when it was opened. */
const callbacks = {
  beforeNodeMorphed: (old) => !(old instanceof Element && old.matches('[data-keep], .opening[open]')),
  beforeNodeRemoved: (old) => !(old instanceof Element && (old.matches('.done, .refused') || isHalfFilled(old))),
  beforeAttributeUpdated: (name, element, how) => {
    if (kept.includes(name)) return false
    if (name === 'open') return !element.matches('details, dialog')
    if (name !== 'value') return true
    if (element.matches('[type=checkbox]')) return how === 'update' && untick(element)
    return !element.matches('input:not([type=hidden]), textarea, select')
  },
}

/** What it was for may be over: then the server says so, and nobody loses what they wrote. */
function isHalfFilled(element) {
  return element.matches('.opening[open]') && hasTyped(element)
}

/** A tick is for what stood there when it was made: another plan, or another deployment, wants another. */
function untick(box) {
  box.checked = false
  return true
}
