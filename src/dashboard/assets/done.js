/** What was done is said once: neither by reading the page again, nor to whoever is sent its address. */
export function done() {
  const here = new URL(location.href)
  if (!here.searchParams.has('done')) return
  here.searchParams.delete('done')
  history.replaceState(history.state, '', here)
}
