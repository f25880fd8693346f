import type { DeploymentDetailView } from '../api/views.ts'
import { LiveRows } from './live-rows.ts'
import type { Session } from './session.ts'
import { deploymentRows } from './show/deployment-tree.ts'
import { progressLines } from './show/progress.ts'
import type { Text } from './text.ts'

/** How a person is told of deployments that go on. */
export interface Telling extends AsyncDisposable {
  look(now: DeploymentDetailView): Promise<void>
  remark(text: Text): void
}

/** Drawn in place where somebody sees it move, or a line for each step as it begins. */
export function tellingOf(session: Session, count: number): Telling {
  return session.output.isLive ? new LiveTelling(session, count) : new PlainTelling(session, count)
}

/** What was seen of each deployment last, and the lines that tell what is new. */
class Seen {
  readonly #before = new Map<string, DeploymentDetailView>()
  readonly #count: number

  constructor(count: number) {
    this.#count = count
  }

  get all(): readonly DeploymentDetailView[] {
    return [...this.#before.values()]
  }

  add(now: DeploymentDetailView): readonly Text[] {
    const prefix = this.#count > 1 ? `${now.id} ` : ''
    const lines = progressLines(this.#before.get(now.id) ?? null, now)
    this.#before.set(now.id, now)
    return lines.map((line) => [prefix, line])
  }
}

class PlainTelling implements Telling {
  readonly #output: Session['output']
  readonly #seen: Seen

  constructor({ output }: Session, count: number) {
    this.#output = output
    this.#seen = new Seen(count)
  }

  async look(now: DeploymentDetailView): Promise<void> {
    for (const line of this.#seen.add(now)) await this.#output.line(line)
  }

  remark(text: Text): void {
    this.#output.note(text)
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

const spinner = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏']
const frameMs = 100

/** A tree that moves; at the end the lines stay that would have been printed without it. */
class LiveTelling implements Telling {
  readonly #session: Session
  readonly #rows: LiveRows
  readonly #seen: Seen
  readonly #lines: Text[] = []
  readonly #over = new AbortController()
  readonly #moving: Promise<unknown>

  constructor(session: Session, count: number) {
    this.#session = session
    this.#rows = new LiveRows(session.world)
    this.#seen = new Seen(count)
    this.#moving = this.#move().catch(() => {}) // Only its end: the sleep that was broken off.
  }

  async look(now: DeploymentDetailView): Promise<void> {
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
    const rows = this.#seen.all.flatMap((each) => deploymentRows(each, { mark, now: world.clock.now() }))
    this.#rows.draw(rows.map((row) => output.rendered(row)))
  }
}
