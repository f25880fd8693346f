import type { MakeInvariant } from '../view.ts'

/** C41: each time of a schedule is started at most once, whoever dies meanwhile and however the clock jumps. */
export const ticks: MakeInvariant = ({ broken }) => {
  const started = new Map<string, string>()
  return {
    committed({ oneOffs }) {
      for (const { before, after } of oneOffs) {
        if (before !== null || after.tick === null) continue
        const key = `${after.track} ${after.name} ${after.tick}`
        if (started.has(key)) broken('C41', `${after.id} is the second start of ${key}, after ${started.get(key)}`)
        started.set(key, after.id)
      }
    },
  }
}
