/** Moves through a deployment in time: what had not happened by then is dimmed, and a line stands in its pictures. */
export function scrub() {
  document.addEventListener('input', ({ target }) => {
    if (target.matches?.('.scrub input')) show(Number(target.value), target)
  })
}

function show(ms, slider) {
  const isEnd = ms >= Number(slider.max)
  slider.parentElement.querySelector('output').value = isEnd ? 'the end' : `+${(ms / 1000).toFixed(1)}s`
  for (const item of document.querySelectorAll('.timeline li[data-ms]')) {
    if (!isEnd && Number(item.dataset.ms) > ms) item.dataset.off = ''
    else delete item.dataset.off
  }
  for (const line of document.querySelectorAll('.chart .now')) {
    const [from, to] = [Number(line.dataset.from), Number(line.dataset.to)]
    const x = String(from + ((to - from) * ms) / Number(slider.max))
    line.setAttribute('x1', x)
    line.setAttribute('x2', x)
    line.toggleAttribute('hidden', isEnd)
  }
}
