/** Light or dark, whatever the system says; kept in a cookie, so that the server sends the next page in it. */
export function theme() {
  const button = document.querySelector('[data-do=theme]')
  if (button === null) return
  button.hidden = false
  button.addEventListener('click', () => {
    const next = isDark() ? 'light' : 'dark'
    document.documentElement.dataset.theme = next
    // biome-ignore lint/suspicious/noDocumentCookie: not every browser has the Cookie Store
    document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax`
  })
}

function isDark() {
  const { theme: chosen } = document.documentElement.dataset
  return chosen === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark'
}
