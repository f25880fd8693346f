import { currentStep, type Deployment, supersededBy } from '../../../src/domain/deployment.ts'
import type { Fact } from '../../../src/domain/facts.ts'
import type { Fault } from '../../../src/lib/fault.ts'
import type { StoreCall, StoreError } from '../kit/disk.ts'
import { isSteady } from './quiet.ts'
import type { Invariant, View } from './view.ts'
import { standsAside } from './waiting.ts'
import type { Changes } from './watch/records.ts'

/** What has to come up at least once in as many seeds as the test runs, or the simulation is too tame. */
export const situations = [
  ...[
    'server crashed',
    'crashed in recovery',
    'crash between effect and record',
    'crash at a commit',
    'server stopped',
  ],
  ...['server ended itself', 'two servers at once', 'a server found itself superseded'],
  ...[
    'late command refused by the fence',
    'lost answer, then the same again',
    'a command taken up instead of run again',
    'a result that came too late',
  ],
  ...[
    'store busy',
    'disk full',
    'disk full while going back',
    'error of the disk',
    'commit of which nothing was heard',
  ],
  ...['wall clock jumped', 'wall clock jumped during a drain'],
  ...['going back', 'going back failed', 'limit reached while moving', 'cancelled while visitors were being moved'],
  ...['put aside after three crashes', 'drift found', 'a release that never is steady went live'],
  ...[
    'approval void because the plan moved',
    'yes to a plan that had moved',
    'approval expired',
    'yes after it expired',
    'several approved in one act',
    'protection weakened by a yes',
  ],
  ...[
    'rejected',
    'asked for while something moved',
    'followed what went live',
    'held by a lock',
    'an environment was frozen',
    'begun in a freeze',
    'went without its turn',
    'superseded before it began',
    'superseded while moving',
    'refused as older',
    'turn did not come in time',
  ],
  ...[
    'job lost with its server',
    'job lost twice',
    'job tried again',
    'run cancelled',
    'run again',
    'invalid configuration',
  ],
  ...['push told', 'push found by looking', 'push told after it was found', 'ref deleted'],
  ...['release discarded', 'migration failed', 'one-off done', 'one-off cut at its limit'],
  ...['smoke steps said no', 'watched and found good', 'watched and found bad', 'a rollback kept what served'],
  ...['promote succeeded', 'redeploy succeeded', 'rollback succeeded', 'scale succeeded', 'variables succeeded'],
  'migrate succeeded',
  ...['stood aside', 'variable waived'],
  ...['asked again because other migrations were pending', 'pending migrations forbade it', 'backup made'],
  ...['a tick was started', 'one-off cancelled'],
] as const

export type Situation = (typeof situations)[number]

/** Notes the situations that can be seen in what becomes durable and in what the host does. */
export function situationWatch(view: View): Invariant {
  const { simulation, host, disk, records } = view
  const seen = (situation: Situation) => simulation.seen(situation)
  const admitted = new Set<number>()
  const row = disk.prepare('SELECT number FROM outbox WHERE epoch IS NOT NULL')
  const tries = disk.prepare('SELECT tries FROM outbox WHERE number = ?')
  return {
    committed(changes) {
      for (const fact of changes.facts) seenInFact(fact, seen)
      for (const { before, after } of changes.deployments) seenInDeployment(view, { before, after }, seen)
      seenElsewhere(changes, seen)
    },
    happened(happening) {
      if (happening.what === 'refused') seen('late command refused by the fence')
      if (happening.what !== 'admitted') return
      const { order, verb } = happening
      if (!admitted.has(order.number) && Number(tries.get(order.number)?.tries ?? 0) > 1)
        seen('lost answer, then the same again')
      admitted.add(order.number)
      const migration = records.active(order.track)?.id
      if (verb === 'run' && host.oneOffs.has(`${migration}-migrate`)) seen('a command taken up instead of run again')
    },
    crashed() {
      if (row.all().some(({ number }) => admitted.has(Number(number)))) seen('crash between effect and record')
    },
  }
}

type Seen = (situation: Situation) => void

const byKind: Readonly<Record<string, Situation>> = {
  'deployment.approval_void': 'approval void because the plan moved',
  'deployment.follows_live': 'followed what went live',
  'deployment.backup': 'backup made',
  'deployment.reverting': 'going back',
  'record.quarantined': 'put aside after three crashes',
  'release.discarded': 'release discarded',
  'run.rerun': 'run again',
  'track.drifted': 'drift found',
  'variable.waived': 'variable waived',
}

function seenInFact({ kind, data }: Fact, seen: Seen): void {
  const situation = byKind[kind]
  if (situation !== undefined) seen(situation)
  if (kind === 'environment.safeguards_changed' && (data.weakened as readonly string[]).length > 0)
    seen('protection weakened by a yes')
  if (kind === 'environment.frozen') seen('an environment was frozen')
  if (kind === 'deployment.during_freeze') seen('begun in a freeze')
  if (kind === 'job.ended' && data.again === true) seen('job tried again')
  if (kind !== 'one_off.finished') return
  seen('one-off done')
  if (String(data.reason).startsWith('took longer')) seen('one-off cut at its limit')
  if (String(data.reason).startsWith('cancelled')) seen('one-off cancelled')
}

const byReason: readonly (readonly [RegExp, Situation])[] = [
  [/going back (did not work|took longer)/, 'going back failed'],
  [/took longer than its limit/, 'limit reached while moving'],
  [/nobody approved it in time/, 'approval expired'],
  [/its turn did not come/, 'turn did not come in time'],
  [/^rejected by/, 'rejected'],
  [/ is older than .* which is live$/, 'refused as older'],
  [/pending/, 'pending migrations forbade it'],
  [/migration/i, 'migration failed'],
  [/smoke steps .* said no/, 'smoke steps said no'],
  [/^circuit breaker/, 'watched and found bad'],
  [/what serves was kept/, 'a rollback kept what served'],
]

interface DeploymentChange {
  readonly before: Deployment | null
  readonly after: Deployment
}

function seenInDeployment(view: View, { before, after }: DeploymentChange, seen: Seen): void {
  const { records, git, simulation, host } = view
  const { state, track, reason } = after
  if (before?.state.kind === 'rolling' && state.kind === 'waiting')
    seen('asked again because other migrations were pending')
  if (state.kind === 'queued' && standsAside(view, after) !== null) seen('stood aside')
  if (before === null && records.active(track) !== null) seen('asked for while something moved')
  if (state.kind === 'queued' && records.locks.size > 0) seen('held by a lock')
  if (state.kind === 'rolling' && before?.state.kind === 'queued' && after.wentWithoutTurn === true)
    seen('went without its turn')
  if (supersededBy(state) !== undefined && before !== null && supersededBy(before.state) === undefined)
    seen(before.state.kind === 'rolling' ? 'superseded while moving' : 'superseded before it began')
  if (state.kind === 'reverting' && before?.state.kind === 'rolling') {
    const step = currentStep(before)?.do
    const isCancelled = state.because.reason?.startsWith('cancelled') === true
    if (isCancelled && (step === 'route' || step === 'drain')) seen('cancelled while visitors were being moved')
    for (const [pattern, situation] of byReason) if (pattern.test(state.because.reason ?? '')) seen(situation)
  }
  if (state.kind !== 'finished') return
  for (const [pattern, situation] of byReason) if (pattern.test(state.reason ?? '')) seen(situation)
  if (state.outcome !== 'succeeded') return
  if (after.bake !== null) seen('watched and found good')
  seen(`${reason} succeeded`)
  const isOdd = [...host.instances.values()].some(({ spec, behaviour }) => spec.track === track && !isSteady(behaviour))
  if (isOdd && git.find(after.release.commit) !== null && simulation.faults['bad-release'] > 0)
    seen('a release that never is steady went live')
}

function seenElsewhere({ runs, events, oneOffs }: Changes, seen: Seen): void {
  if (oneOffs.some(({ after }) => after.tick !== null)) seen('a tick was started')
  for (const { after } of runs) {
    if (after.outcome === 'aborted') seen('run cancelled')
    if (after.reason?.startsWith('signalbox.yml is not valid')) seen('invalid configuration')
    if (after.jobs.some(({ losses }) => losses > 0)) seen('job lost with its server')
    if (after.jobs.some(({ losses }) => losses > 1)) seen('job lost twice')
  }
  for (const { source, after } of events) {
    seen(source === 'sync' ? 'push found by looking' : 'push told')
    if (after === null) seen('ref deleted')
  }
}

/** What goes wrong with the store, noted as it is decided. */
export function seenOfStore(view: View, call: StoreCall, error: StoreError): void {
  const seen: Seen = (situation) => view.simulation.seen(situation)
  if (error.errcode === 5) seen('store busy')
  if (error.errcode === 10) seen('error of the disk')
  if (error.errcode === 10 && call === 'commit' && error.late) seen('commit of which nothing was heard')
  if (error.errcode !== 13) return
  seen('disk full')
  if (view.records.openEverywhere.some(({ state }) => state.kind === 'reverting')) seen('disk full while going back')
}

/** What a person was told. */
export function seenInAnswer({ simulation, records }: View, doing: string, { code, details }: Fault): void {
  const seen: Seen = (situation) => simulation.seen(situation)
  if (doing === 'approve' && code === 'approval.plan_moved') seen('yes to a plan that had moved')
  if (doing !== 'approve' || code !== 'approval.not_waiting') return
  const state = records.deployments.get(String(details.deployment))?.state
  if (state?.kind === 'finished' && state.reason === 'nobody approved it in time') seen('yes after it expired')
}

/** The wall clock is about to jump. */
export function seenInJump({ simulation, records }: View): void {
  const seen: Seen = (situation) => simulation.seen(situation)
  seen('wall clock jumped')
  if (records.openEverywhere.some((each) => currentStep(each)?.do === 'drain')) seen('wall clock jumped during a drain')
}
