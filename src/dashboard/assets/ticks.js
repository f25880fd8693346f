/** Of many that can be ticked: how many are, and all at once. */
export function ticks() {
  document.addEventListener('change', ({ target }) => {
    const form = target.closest?.('form[data-ticks]')
    if (!form) return
    if (target.matches('[data-all]')) for (const box of boxes(form)) box.checked = target.checked
    tellCount(form)
  })
  for (const all of document.querySelectorAll('[data-all]')) all.closest('label').hidden = false
}

function boxes(form) {
  return [...form.querySelectorAll('input[type=checkbox]:not([data-all])')]
}

function tellCount(form) {
  const count = boxes(form).filter((box) => box.checked).length
  for (const place of form.querySelectorAll('[data-count]')) place.textContent = count === 0 ? '' : ` (${count})`
}
