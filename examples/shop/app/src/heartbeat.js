import { rmSync, statSync, writeFileSync } from 'node:fs'

const staleMs = 15_000

/** Tells, through a file, that this process still does its work: `beat()` now and then, `end()` when it stops. */
export function heartbeat(path) {
  let next = 0
  return {
    beat() {
      if (Date.now() < next) return
      writeFileSync(path, String(process.pid))
      next = Date.now() + staleMs / 5
    },
    end: () => rmSync(path, { force: true }),
  }
}

export function isBeating(path) {
  const file = statSync(path, { throwIfNoEntry: false })
  return file !== undefined && Date.now() - file.mtimeMs < staleMs
}
