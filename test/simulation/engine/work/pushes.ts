import type { Behaviour } from '../../../../src/targets/model/options.ts'
import type { Random } from '../../kit/random.ts'
import type { Stage } from '../stage.ts'
import { changedShape, migrateWords, reguarded, type Shape } from '../world/shape.ts'

/** Developers: what they push, and what the server hears of it. */
export class Pushes {
  readonly #stage: Stage
  readonly #random: Random
  readonly #shapes: Map<string, Shape>
  #count = 0

  constructor(stage: Stage) {
    this.#stage = stage
    this.#random = stage.simulation.random.stream('pushes')
    this.#shapes = new Map(stage.shapes.map((shape) => [shape.project, shape]))
  }

  /** Somebody pushes something somewhere. */
  push(): void {
    const random = this.#random
    const project = random.pick(this.#stage.projects)
    const kind = random.below(100)
    if (kind < 76 || this.#stage.git.refs(project).size === 0) this.#onto(project, 'refs/heads/main')
    else if (kind < 84) this.#force(project, 'refs/heads/main')
    else if (kind < 89) this.#onto(project, 'refs/heads/release/1')
    else if (kind < 92) this.#again(project, 'refs/heads/release/1')
    else if (kind < 95) this.#again(project, `refs/tags/v${this.#count}`)
    else this.#delete(project)
    this.#tell(project)
  }

  #onto(project: string, ref: string): void {
    const refs = this.#stage.git.refs(project)
    this.#commit(project, ref, refs.get(ref) ?? refs.get('refs/heads/main') ?? null)
  }

  /** History is rewritten: the new head does not follow from the old one. */
  #force(project: string, ref: string): void {
    const { git } = this.#stage
    const head = git.refs(project).get(ref)
    const parent = head === undefined ? null : (git.find(head)?.parents[0] ?? null)
    if (parent !== null && this.#random.chance(0.3)) git.move(project, ref, parent)
    else this.#commit(project, ref, parent)
  }

  /** A ref is set to a commit that is there already. */
  #again(project: string, ref: string): void {
    const { git } = this.#stage
    const head = git.refs(project).get('refs/heads/main')
    if (head !== undefined) git.move(project, ref, head)
  }

  /** Some ref besides main goes; where there is none, somebody deletes what is not there. */
  #delete(project: string): void {
    const { git } = this.#stage
    const others = [...git.refs(project).keys()].filter((ref) => ref !== 'refs/heads/main')
    git.move(project, this.#random.pick(['refs/heads/release/1', ...others]), null)
  }

  #commit(project: string, ref: string, parent: string | null): void {
    const { git } = this.#stage
    const migrate = this.#migrate()
    const shape = { ...this.#nextShape(project), migrate }
    this.#count += 1
    const before = parent === null ? {} : (git.find(parent)?.tree ?? {})
    const touched = this.#touched(shape)
    const tree = { ...before, ...Object.fromEntries(touched.map((path) => [path, this.#count])) }
    const isBroken = this.#random.chance(this.#stage.simulation.faults['bad-config'] * 0.3)
    const title = `change ${this.#count}`
    const commit = git.commit(project, parent, {
      tree,
      title,
      shape: isBroken ? null : shape,
      behaviour: this.#behaviour(),
    })
    git.move(project, ref, commit.sha)
  }

  #touched({ apps }: Shape): readonly string[] {
    if (apps.length === 1 || this.#random.chance(0.4)) return [...apps.map((app) => `${app}/main.js`), 'README']
    return this.#random.chance(0.1) ? ['README'] : [`${this.#random.pick(apps)}/main.js`]
  }

  #nextShape(project: string): Shape {
    const shape = this.#shapes.get(project) as Shape
    const changed = this.#random.chance(0.2) ? changedShape(shape, this.#random) : shape
    const guards = this.#stage.simulation.random.stream('guards')
    const next = guards.chance(0.15) ? reguarded(changed, guards) : changed
    this.#shapes.set(project, next)
    return next
  }

  #migrate(): Shape['migrate'] {
    const isBad = this.#random.chance(this.#stage.simulation.faults['bad-release'] * 0.4)
    const bad = this.#random.pick(migrateWords)
    return isBad ? bad : 'migrate'
  }

  #behaviour(): Partial<Behaviour> {
    const isBad = this.#random.chance(this.#stage.simulation.faults['bad-release'] * 0.7)
    const goodMs = this.#random.heavyTail(400, 3000)
    const bad = this.#random.pick(badBehaviours)
    // It has nothing to do with what else goes wrong, so that a bake is seen alone, too.
    const isCalm = Object.values(this.#stage.simulation.faults).every((strength) => strength === 0)
    const isBadToVisitors = this.#stage.simulation.random.stream('answers').chance(isCalm ? 0 : 0.2)
    if (isBadToVisitors && !isBad) return { healthyAfterMs: goodMs, status: 500 }
    return isBad ? bad : { healthyAfterMs: goodMs }
  }

  /** The push's own notice: it may be lost on the way, come late, or come twice. */
  #tell(project: string): void {
    const { simulation } = this.#stage
    const { scheduler, faults } = simulation
    const random = this.#random
    const [isLost, isTwice] = [random.chance(faults['notice-lost'] * 0.6), random.chance(faults['notice-twice'] * 0.6)]
    const [firstMs, secondMs] = [random.heavyTail(30, 5000), random.heavyTail(2000, 20_000)]
    const told = () => {
      const asked = this.#stage.reachable?.ask('push is told', (engine) => engine.intake.sync(project, telling))
      asked?.then(
        (events) => events.length > 0 || simulation.seen('push told after it was found'),
        () => {}, // git or the store failed: the push is found by the next comparison
      )
    }
    if (!isLost) scheduler.after(firstMs, scheduler.world, 'notice', told)
    if (isTwice) scheduler.after(secondMs, scheduler.world, 'notice again', told)
  }
}

const telling = { source: 'push', by: 'ada' } as const

const badBehaviours: readonly Partial<Behaviour>[] = [
  { healthyAfterMs: null },
  { healthyAfterMs: null, exitsAfterMs: 300 },
  { archive: 'damaged' },
  { healthyAfterMs: 3500 },
  { healthyAfterMs: 6000 },
  { flaps: { goodMs: 4000, badMs: 1500 } },
  { exitsAfterMs: 20_000 },
  { stopsAfterMs: null },
]
