import type { Client } from '../api/client.ts'
import type { DeploymentDetailView, DeploymentView, FactView } from '../api/views.ts'
import { backoffMs } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import { Fault } from '../lib/fault.ts'
import { noteWhatGoesOn, withPatience } from './patience.ts'
import type { Session } from './session.ts'
import { deploymentRows } from './show/deployment-tree.ts'
import { progressLines } from './show/progress.ts'
import { type Telling, type Told, tellingOf } from './telling.ts'

export interface Following {
  readonly limitMs: number
  /** Go on when a person has to do something first. */
  readonly evenForPeople: boolean
}

/** Tells of each step of these deployments as it begins, until all have ended or wait for somebody. Gives them as they are then. */
export async function followDeployments(
  session: Session,
  deployments: readonly DeploymentView[],
  { limitMs, evenForPeople }: Following,
): Promise<readonly DeploymentDetailView[]> {
  const ids = deployments.map(({ id }) => id)
  const wish = { limitMs, what: ids.join(', ') }
  try {
    await using telling = tellingOf(session, toldOf(ids.length))
    return await withPatience(session.world, wish, async (signal) => {
      const watch = new Watch(session, { client: await session.client(signal), ids, signal, telling })
      return await watch.untilAll((each) => isOver(each) || (!evenForPeople && needsPeople(each)))
    })
  } catch (error) {
    noteWhatGoesOn(session, ids)
    throw error
  }
}

/** Of several, each line says which it is about. */
function toldOf(count: number): Told<DeploymentDetailView> {
  const lines: Told<DeploymentDetailView>['lines'] = (before, now) =>
    progressLines(before, now).map((line) => (count > 1 ? [`${now.id} `, line] : line))
  return { lines, rows: deploymentRows }
}

/** A gate that opens neither by itself nor by another deployment's end. */
export function needsPeople({ state, gates }: DeploymentDetailView): boolean {
  return state === 'waiting' || (state === 'queued' && gates.some(({ open, behind }) => !open && behind === null))
}

function isOver({ state }: DeploymentView): boolean {
  return state === 'finished'
}

interface WatchOptions {
  readonly client: Client
  readonly ids: readonly string[]
  readonly signal: AbortSignal
  readonly telling: Telling<DeploymentDetailView>
}

class Watch {
  readonly #telling: Telling<DeploymentDetailView>
  readonly #client: Client
  readonly #ids: readonly string[]
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #seen = new Map<string, DeploymentDetailView>()

  constructor({ world }: Session, { client, ids, signal, telling }: WatchOptions) {
    this.#telling = telling
    this.#client = client
    this.#ids = ids
    this.#clock = world.clock
    this.#signal = signal
  }

  /** A server that ends is waited for: what it was doing is gone on with when it is back. */
  async untilAll(isDone: (deployment: DeploymentDetailView) => boolean): Promise<readonly DeploymentDetailView[]> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await this.#followUntil(isDone)
      } catch (error) {
        if (!(error instanceof Fault && error.temporary)) throw error
        if (failures === 1) this.#telling.remark(`${error.message}; trying again`)
        await this.#clock.sleep(backoffMs(failures, { firstMs: 200, mostMs: 5_000 }, 0), this.#signal)
      }
    }
  }

  async #followUntil(isDone: (deployment: DeploymentDetailView) => boolean): Promise<readonly DeploymentDetailView[]> {
    // The journal's end is noted before the first look, so that nothing can happen between the look and the stream.
    const [newest] = (await this.#client.call('facts.list', { query: { limit: 1 } })).slice(-1)
    const after = newest?.seq ?? 0
    for (const id of this.#ids) await this.#look(id)
    const isAllDone = () => this.#ids.every((id) => isDone(this.#now(id)))
    if (isAllDone()) return this.#all()
    const { project } = this.#now(this.#ids[0] ?? '')
    for await (const fact of this.#client.follow('facts.follow', { query: { after, project } })) {
      for (const id of this.#ids) if (this.#concerns(fact, id)) await this.#look(id)
      if (isAllDone()) return this.#all()
    }
    throw new Fault('server.stopping')
  }

  /** What moves is told by its own facts; what waits may be let go by somebody else's. */
  #concerns({ subject }: FactView, id: string): boolean {
    const now = this.#now(id)
    if (isOver(now)) return false
    return subject === id || now.state === 'queued' || now.state === 'waiting'
  }

  async #look(id: string): Promise<void> {
    const now = await this.#client.call('deployments.show', { params: { deployment: id } })
    await this.#telling.look(now)
    this.#seen.set(id, now)
  }

  #now(id: string): DeploymentDetailView {
    return this.#seen.get(id) as DeploymentDetailView
  }

  #all(): readonly DeploymentDetailView[] {
    return this.#ids.map((id) => this.#now(id))
  }
}
