import { LiveRows } from './live-rows.ts'
import type { Session } from './session.ts'
import type { Moment } from './show/moment.ts'
import type { Text } from './text.ts'

/** How a person is told of things that go on: deployments, a run. */
export interface Telling<T> extends AsyncDisposable {
  look(now: T): Promise<void>
  remark(text: Text): void
}

/** One kind of thing in words. */
export interface Told<T> {
  /** What is new since the last look. */
  lines(before: T | null, now: T): readonly Text[]
  /** All of it, as it is drawn at this moment. */
  rows(now: T, moment: Moment): readonly Text[]
  /** What is printed is somebody else's: the lines go where remarks go. */
  readonly isAside?: true
}

/** Drawn in place where somebody sees it move, or a line for what is new. */
export function tellingOf<T extends { readonly id: string }>(session: Session, told: Told<T>): Telling<T> {
  return session.output.isLive ? new LiveTelling(session, told) : new PlainTelling(session, told)
}

/** What was seen of each last. */
class Seen<T extends { readonly id: string }> {
  readonly #told: Told<T>
  readonly #before = new Map<string, T>()

  constructor(told: Told<T>) {
    this.#told = told
  }

  rows(moment: Moment): readonly Text[] {
    return [...this.#before.values()].flatMap((each) => this.#told.rows(each, moment))
  }

  add(now: T): readonly Text[] {
    const lines = this.#told.lines(this.#before.get(now.id) ?? null, now)
    this.#before.set(now.id, now)
    return lines
  }
}

class PlainTelling<T extends { readonly id: string }> implements Telling<T> {
  readonly #output: Session['output']
  readonly #seen: Seen<T>
  readonly #isAside: boolean

  constructor({ output }: Session, told: Told<T>) {
    this.#output = output
    this.#seen = new Seen(told)
    this.#isAside = told.isAside === true
  }

  async look(now: T): Promise<void> {
    for (const line of this.#seen.add(now)) {
      if (this.#isAside) this.#output.note(line)
      else await this.#output.line(line)
    }
  }

  remark(text: Text): void {
    this.#output.note(text)
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

const spinner = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏']
const frameMs = 100

/** A tree that moves; at the end the lines stay that would have been printed without it. */
class LiveTelling<T extends { readonly id: string }> implements Telling<T> {
  readonly #session: Session
  readonly #rows: LiveRows
  readonly #seen: Seen<T>
  readonly #lines: Text[] = []
  readonly #over = new AbortController()
  readonly #moving: Promise<unknown>

  constructor(session: Session, told: Told<T>) {
    this.#session = session
    this.#rows = new LiveRows(session.world)
    this.#seen = new Seen(told)
    this.#moving = this.#move().catch(() => {}) // Only its end: the sleep that was broken off.
  }

  async look(now: T): Promise<void> {
    this.#lines.push(...this.#seen.add(now))
  }

  remark(text: Text): void {
    this.#rows.say(() => this.#session.output.note(text))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new Error('all is told'))
    await this.#moving
    this.#rows[Symbol.dispose]()
    for (const line of this.#lines) this.#session.output.lastLine(line)
  }

  async #move(): Promise<void> {
    const { clock } = this.#session.world
    for (let frame = 0; ; frame += 1) {
      this.#draw(spinner[frame % spinner.length] ?? '')
      await clock.sleep(frameMs, this.#over.signal)
    }
  }

  #draw(mark: string): void {
    const { output, world } = this.#session
    const rows = this.#seen.rows({ mark, now: world.clock.now() })
    this.#rows.draw(rows.map((row) => output.rendered(row)))
  }
}
