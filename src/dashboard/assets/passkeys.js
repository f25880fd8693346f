/**
 * Forms with `data-passkey` make a passkey (`make`) or show one (`show`): what the device answers goes into their field `response`.
 * They stay hidden where a browser has no passkeys.
 */
const asks = {
  make: async (options) =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  show: async (options) =>
    navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
}

async function answer(form) {
  const asked = await fetch(form.dataset.challenge, { method: 'POST', headers: { accept: 'application/json' } })
  const body = await asked.json()
  if (body.code === 'sign_in.confirm') return location.assign(`/confirm?back=${encodeURIComponent(location.pathname)}`)
  if (!asked.ok) throw new Error(`${body.message}. ${body.hint}`)
  const credential = await asks[form.dataset.passkey](body)
  form.elements.response.value = JSON.stringify(credential)
  form.submit()
}

export function passkeys() {
  if (typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON !== 'function') return
  for (const form of document.querySelectorAll('form[data-passkey]')) offer(form)
}

function offer(form) {
  form.hidden = false
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const told = form.querySelector('[role=status]')
    told.textContent = ''
    answer(form).catch((error) => {
      told.textContent = error.name === 'NotAllowedError' ? 'Nothing was chosen, or it took too long.' : error.message
    })
  })
}
