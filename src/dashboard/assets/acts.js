/** An act is sent once, and beside the page: when it is refused, what was typed is still there, with the reason under it. */
export function acts() {
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!form.matches('form.act[action^="/act/"]')) return
    event.preventDefault()
    if (form.getAttribute('aria-busy') === 'true') return
    form.setAttribute('aria-busy', 'true')
    send(form).catch(() => tell(form, unheard))
  })
  // A browser may show the page as it was left.
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[aria-busy]')) form.removeAttribute('aria-busy')
  })
}

/** Of a connection that broke, or an answer of something that stands before the server. */
const unheard =
  'No answer came. Whether it was done is not known: look before you try again. What you typed stays here until then.'

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
  if (!hasTyped(form)) return location.assign(`/confirm?back=${back}`)
  const link = document.createElement('a')
  link.href = '/confirm?back=/me'
  link.target = '_blank'
  link.textContent = 'Show it there, and come back.'
  tell(form, `${message}. `).append(link)
}

/** Whether somebody has written something in it. */
export function hasTyped(form) {
  const fields = [...form.querySelectorAll('input:not([type=hidden], [type=checkbox]), textarea')]
  return fields.some(({ value, defaultValue }) => value !== defaultValue)
}

function tell(form, words) {
  form.removeAttribute('aria-busy')
  const told = form.querySelector('.refused') ?? document.createElement('p')
  told.className = 'refused'
  told.setAttribute('role', 'alert')
  told.replaceChildren(...words.split('`').map((part, at) => (at % 2 === 1 ? coded(part) : part)))
  form.append(told)
  return told
}

/** Words to type at a terminal, which stand between backticks. */
function coded(text) {
  const code = document.createElement('code')
  code.textContent = text
  return code
}
