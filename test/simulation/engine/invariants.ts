import { alive } from './invariants/alive.ts'
import { ancestry } from './invariants/ancestry.ts'
import { approval } from './invariants/approval.ts'
import { bake } from './invariants/bake.ts'
import { calm } from './invariants/calm.ts'
import { capacity } from './invariants/capacity.ts'
import { checks } from './invariants/checks.ts'
import { drain } from './invariants/drain.ts'
import { environment } from './invariants/environment.ts'
import { fence } from './invariants/fence.ts'
import { freezes } from './invariants/freezes.ts'
import { jobs } from './invariants/jobs.ts'
import { journal } from './invariants/journal.ts'
import { limits } from './invariants/limits.ts'
import { locks } from './invariants/locks.ts'
import { migrations } from './invariants/migrations.ts'
import { newest } from './invariants/newest.ts'
import { oneActive } from './invariants/one-active.ts'
import { order } from './invariants/order.ts'
import { promotion } from './invariants/promotion.ts'
import { pushes } from './invariants/pushes.ts'
import { recorded } from './invariants/recorded.ts'
import { retention } from './invariants/retention.ts'
import { rollback } from './invariants/rollback.ts'
import { routing } from './invariants/routing.ts'
import { scopes } from './invariants/scopes.ts'
import { singletons } from './invariants/singletons.ts'
import { smoke } from './invariants/smoke.ts'
import { states } from './invariants/states.ts'
import { success } from './invariants/success.ts'
import { superseding } from './invariants/superseding.ts'
import { ticks } from './invariants/ticks.ts'
import { visitors } from './invariants/visitors.ts'
import type { MakeInvariant } from './view.ts'

/** Every promise, one file each. */
export const invariants: readonly MakeInvariant[] = [
  ...[oneActive, states, order, alive],
  ...[scopes, superseding, ancestry, freezes, checks],
  ...[fence, routing, capacity, drain, singletons, success],
  ...[approval, promotion, environment, migrations, limits, locks, ticks],
  ...[pushes, newest, jobs, retention],
  ...[bake, rollback, smoke],
  ...[journal, visitors, calm, recorded],
]
