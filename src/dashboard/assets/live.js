import { Idiomorph } from './idiomorph.js'
import { tell } from './times.js'

/** When something is recorded about what the page shows, the page is read again, and what differs is changed in place. */
export function live() {
  const main = document.querySelector('main[data-live]')
  if (main === null) return
  const about = new URLSearchParams({ after: main.dataset.live })
  if (main.dataset.projects !== undefined) about.set('projects', main.dataset.projects)
  const source = new EventSource(`/live?${about}`)
  const mark = document.querySelector('#connection')
  source.addEventListener('open', () => {
    mark.hidden = true
  })
  source.addEventListener('error', () => {
    mark.hidden = false
  })
  // The session is over, or the server says goodbye: reading the page again tells which.
  source.addEventListener('end', refresh)
  source.addEventListener('message', refresh)
}

let isReading = false
let isStale = false

/** One reading at a time; what comes meanwhile asks for one more. */
async function refresh() {
  isStale = true
  if (isReading) return
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
}

function morph(selector, page) {
  const [old, next] = [document, page].map((each) => each.querySelector(selector))
  if (old === null || next === null) return
  Idiomorph.morph(old, next, { morphStyle: 'outerHTML', restoreFocus: true, callbacks })
}

/** What somebody has opened, ticked, typed or chosen stays. */
const callbacks = {
  beforeNodeMorphed: (old) => !(old instanceof Element && old.hasAttribute('data-keep')),
  beforeAttributeUpdated: (name, element) => {
    if (name === 'open') return !element.matches('details, dialog')
    if (name === 'data-on' || name === 'data-off' || name === 'data-out') return false
    if (name === 'hidden') return !element.matches('[data-do]')
    if (name === 'checked') return false
    return name !== 'value' || !element.matches('input:not([type=hidden], [type=checkbox]), textarea, select')
  },
}
