/** An act is sent once, and beside the page: when it is refused, what was typed is still there, with the reason under it. */
export function acts() {
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!form.matches('form.act[action^="/act/"]')) return
    event.preventDefault()
    if (form.getAttribute('aria-busy') === 'true') return
    form.setAttribute('aria-busy', 'true')
    send(form).catch((error) => tell(form, error.message))
  })
  // A browser may show the page as it was left.
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[aria-busy]')) form.removeAttribute('aria-busy')
  })
}

async function send(form) {
  const headers = { accept: 'application/json' }
  const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), headers })
  if (answer.redirected) return location.assign(answer.url)
  if (answer.ok) return show(await answer.text())
  const { code, message, hint } = await answer.json()
  if (code === 'sign_in.confirm') return confirm(form, message)
  tell(form, `${message}. ${hint}`)
}

/** What is told in this moment only: nothing may take its place but another page. */
function show(text) {
  const page = new DOMParser().parseFromString(text, 'text/html')
  const [old, next] = [document, page].map((each) => each.querySelector('#live'))
  next.setAttribute('data-keep', '')
  old.replaceWith(next)
  document.title = page.title
  document.querySelector('main').focus()
  scrollTo(0, 0)
}

/** In a window of its own where something was typed that would be lost. */
function confirm(form, message) {
  const back = encodeURIComponent(`${location.pathname}${location.search}`)
  const typed = [...form.querySelectorAll('input:not([type=hidden], [type=checkbox]), textarea')]
  if (!typed.some(({ value, defaultValue }) => value !== defaultValue)) return location.assign(`/confirm?back=${back}`)
  const link = document.createElement('a')
  link.href = '/confirm?back=/me'
  link.target = '_blank'
  link.textContent = 'Show it there, and come back.'
  tell(form, `${message}. `).append(link)
}

function tell(form, words) {
  form.removeAttribute('aria-busy')
  const told = form.querySelector('.refused') ?? document.createElement('p')
  told.className = 'refused'
  told.setAttribute('role', 'alert')
  told.textContent = words
  form.append(told)
  return told
}
