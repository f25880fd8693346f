/**
 * Resolves at the end of this turn of Node's event loop. Awaited twice in a row, Node has looked at every socket in
 * between.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
