import type { InstanceLineView } from '../api/views.ts'
import type { Sent } from './handlers.ts'

export interface LineQueue {
  add(line: InstanceLineView): void
  readonly end: () => void
  readonly fail: (error: unknown) => void
  lines(): AsyncGenerator<Sent<InstanceLineView>>
}

const MOST_CHARS = 2 * 1024 * 1024

/** Lines that a target tells at its own pace, for a viewer that reads at its own: what is too much is left out, and said. */
export function lineQueue(signal: AbortSignal): LineQueue {
  let held: InstanceLineView[] = []
  let chars = 0
  let leftOut = 0
  let ending: { readonly error: unknown } | null = null
  let wake = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => wake.resolve(), { once: true })
  const finish = (error: unknown) => {
    ending ??= { error }
    wake.resolve()
  }
  return {
    add(line) {
      if (chars > MOST_CHARS) leftOut += 1
      else held.push(line)
      chars += line.text.length
      wake.resolve()
    },
    end: () => finish(null),
    fail: finish,
    async *lines() {
      while (!signal.aborted) {
        const lines = leftOut === 0 ? held : [...held, notice(leftOut)]
        held = []
        chars = 0
        leftOut = 0
        for (const data of lines) yield { id: null, data }
        if (held.length > 0) continue
        if (ending?.error) throw ending.error
        if (ending !== null) return
        await wake.promise
        wake = Promise.withResolvers()
      }
    },
  }
}

function notice(count: number): InstanceLineView {
  return { instance: 'signalbox', stream: 'err', text: `${count} lines left out: they came faster than they were read` }
}
