import type { Line, OneOff, OneOffResult } from '../driver.ts'
import type { Script } from './options.ts'

export interface OneOffGround {
  monotonic(): number
  after(ms: number, act: () => void): void
  changed(): void
}

/** One command in the context of a release, from its start to its result, which is kept. */
export class ModelOneOff {
  readonly oneOff: OneOff
  readonly lines: Line[] = []
  readonly listeners = new Set<(line: Line) => void>()
  readonly #ground: OneOffGround
  readonly #startedAt: number
  #result: OneOffResult | null = null

  constructor(oneOff: OneOff, script: Script, ground: OneOffGround) {
    this.oneOff = oneOff
    this.#ground = ground
    this.#startedAt = ground.monotonic()
    for (const line of script.lines)
      ground.after(line.afterMs, () => this.#say({ stream: line.stream, text: line.text }))
    const written = { path: `backups/${oneOff.name}`, bytes: script.writes ?? 1 }
    const backup = oneOff.backup !== undefined && script.exitCode === 0 ? { backup: written } : {}
    const ending = { exitCode: script.exitCode, signal: null, timedOut: false, ...backup, ...tookBy(script) }
    const cut = { exitCode: null, signal: 'SIGKILL', timedOut: true }
    ground.after(Math.min(script.endsAfterMs, oneOff.timeoutMs), () =>
      this.#end(script.endsAfterMs <= oneOff.timeoutMs ? ending : cut),
    )
  }

  get result(): OneOffResult | null {
    return this.#result
  }

  /** It heeds the signal. */
  terminate(): void {
    this.#end({ exitCode: null, signal: 'SIGTERM', timedOut: false })
  }

  /** The machine goes down under it. */
  kill(): void {
    this.#end({ exitCode: null, signal: 'SIGKILL', timedOut: false })
  }

  #say(line: Line): void {
    if (this.#result !== null) return
    this.lines.push(line)
    for (const listener of this.listeners) listener(line)
  }

  #end(how: Omit<OneOffResult, 'durationMs'>): void {
    if (this.#result !== null) return
    this.#result = { ...how, durationMs: this.#ground.monotonic() - this.#startedAt }
    this.#ground.changed()
  }
}

function tookBy({ cpuMs }: Script): Pick<OneOffResult, 'cpuMs'> {
  return cpuMs === undefined ? {} : { cpuMs }
}
