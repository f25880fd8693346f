/** Of many that can be ticked: how many are, and all at once. */
export function ticks() {
  document.addEventListener('change', ({ target }) => {
    const form = target.closest?.('form[data-ticks]')
    if (!form) return
    if (target.matches('[data-all]')) for (const box of boxes(form)) box.checked = target.checked
    count()
  })
}

/** Says on each button how many are ticked. */
export function count() {
  for (const place of document.querySelectorAll('form[data-ticks] [data-count]')) {
    const ticked = boxes(place.closest('form')).filter((box) => box.checked).length
    place.textContent = ticked === 0 ? '' : ` (${ticked})`
  }
}

function boxes(form) {
  return [...form.querySelectorAll('input[type=checkbox]:not([data-all])')]
}
