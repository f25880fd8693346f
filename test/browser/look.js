// Runs within a page, beside axe: what is wrong with it.
globalThis.look = {
  /** What axe finds against WCAG 2.2 AA and its best practices, as `rule: element`. */
  async problems() {
    const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const { violations } = await globalThis.axe.run(document, { runOnly: { type: 'tag', values } })
    return violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${id}: ${html.slice(0, 160)}`))
  },

  /** Elements and attributes that no page of ours has. */
  strangers() {
    return [...document.querySelectorAll('*')].filter(isStrange).map((element) => element.outerHTML.slice(0, 200))
  },

  /** Forms that open to where nobody can see all of them. */
  cut() {
    return [...document.querySelectorAll('.opening')].filter(isCut).map((opening) => opening.textContent.trim())
  },

  /** Pixels that it is wider than the window. */
  excess() {
    return document.documentElement.scrollWidth - innerWidth
  },
}

function isCut(opening) {
  opening.open = true
  const { left, right, bottom } = opening.querySelector('.opened').getBoundingClientRect()
  const around = opening.closest('.scroll')
  const isClipped = around !== null && getComputedStyle(around).overflowY !== 'visible'
  const isHidden = isClipped && bottom > around.getBoundingClientRect().bottom
  opening.open = false
  return left < 0 || right > innerWidth || isHidden
}

function isStrange(element) {
  const { tagName, attributes } = element
  if (['IMG', 'IFRAME', 'OBJECT', 'EMBED'].includes(tagName)) return true
  if (tagName === 'SCRIPT' && !element.getAttribute('src')?.startsWith('/assets/')) return true
  return [...attributes].some(({ name, value }) => name.startsWith('on') || /^\s*javascript:/i.test(value))
}
