import { logOf } from '../../api/log-name.ts'
import type { OneOffDetailView, OneOffPlanView, OneOffView } from '../../api/views.ts'
import type { Deployment } from '../../domain/deployment.ts'
import type { OneOffRun, OneOffWhere } from '../../domain/one-off.ts'
import type { OneOffWish } from '../../engine/actions/one-offs.ts'
import { trackOf } from '../../engine/context.ts'
import { findDeployment, findOneOff, findTrack, tracksIn } from '../../engine/find.ts'
import { obstaclesToOneOff } from '../../engine/obstacles.ts'
import { Fault } from '../../lib/fault.ts'
import type { Handlers } from '../handlers.ts'
import { followLog, readLog } from '../log-reading.ts'
import type { ApiParts } from '../parts.ts'
import { energyView } from '../views/energy.ts'
import { oneOffPlanView, oneOffView } from '../views/one-off.ts'

type Name = 'start' | 'plan' | 'list' | 'show' | 'approve' | 'reject' | 'cancel' | 'log' | 'log.follow'
type OneOffRoutes = Pick<Handlers, `one-offs.${Name}`>

export function oneOffRoutes(parts: ApiParts): OneOffRoutes {
  const { actions, store } = parts
  return {
    // People type a password into a command now and then; the journal keeps what it is told for ever.
    'one-offs.start': async ({ params, body }, { by }) => {
      const place = { ...params, app: body.app }
      const told = body.command === undefined ? undefined : await toldAt(parts, place, body.command)
      const wish = { ...wishOf(body), told }
      return await shown(parts, actions.startOneOff(place, wish, { by, comment: body.comment }))
    },
    'one-offs.plan': async ({ params, body }, { by }) =>
      await plan(parts, { ...params, app: body.app }, { wish: wishOf(body), by }),
    'one-offs.list': async ({ params, query }) => {
      const most = query.name === undefined ? query.limit : mostLooked
      const all = tracksIn(store, { ...params, app: query.app }).flatMap(({ id }) => store.oneOffs.ofTrack(id, most))
      const wanted = all
        .filter(({ name }) => query.name === undefined || name === query.name)
        .sort((a, b) => b.createdAt - a.createdAt)
      return await Promise.all(wanted.slice(0, query.limit).map((oneOff) => shown(parts, oneOff)))
    },
    'one-offs.show': ({ params }, { by }) => oneOffDetail(parts, findOneOff(store, params.oneOff), by),
    'one-offs.approve': ({ params, body }, { by }) =>
      shown(parts, actions.approveOneOff(params.oneOff, body.plan, { by, comment: body.comment })),
    'one-offs.reject': ({ params, body }, { by }) =>
      shown(parts, actions.rejectOneOff(params.oneOff, { by, comment: body.comment })),
    'one-offs.cancel': ({ params }, { by }) => shown(parts, actions.cancelOneOff(params.oneOff, { by })),
    'one-offs.log': ({ params, query }) => readLog(parts, logNamed(parts, params.oneOff).log, query.offset),
    'one-offs.log.follow': ({ params, query }, { signal, lastEventId }) =>
      followLog(parts, { ...logNamed(parts, params.oneOff), offset: query.offset, lastEventId, signal }),
  }
}

export async function oneOffDetail(parts: ApiParts, oneOff: OneOffRun, by: string): Promise<OneOffDetailView> {
  const now = oneOff.state === 'waiting' ? parts.queries.oneOffs.planOf(oneOff) : null
  const view = await shown(parts, oneOff)
  const plan = now === null ? null : oneOffPlanView(now, view.command)
  const { store } = parts
  const approvals = store.deployments.approvals(oneOff.id)
  const energy = energyView(store.energies.total(oneOff.id))
  return { ...view, plan, approvals, energy, obstacles: obstaclesToOneOff(store, oneOff, by) }
}

/** Of one name, no further back than this. */
const mostLooked = 5_000

interface Place {
  readonly project: string
  readonly environment: string
  readonly app: string | undefined
}

interface Body {
  readonly command?: readonly string[] | undefined
  readonly name?: string | undefined
  readonly destructive: boolean
  readonly dryRun: boolean
  readonly instance?: string | undefined
  readonly all: boolean
  readonly process?: string | undefined
  readonly limitMs?: number | undefined
}

function wishOf({ command: words, instance, all, process = undefined, ...rest }: Body): OneOffWish {
  const where: OneOffWhere = all
    ? { kind: 'all', process: process ?? null }
    : instance === undefined
      ? { kind: 'once' }
      : { kind: 'instance', instance }
  return { words, where, name: rest.name, destructive: rest.destructive, dryRun: rest.dryRun, limitMs: rest.limitMs }
}

interface Planning {
  readonly wish: OneOffWish
  readonly by: string
}

async function plan(parts: ApiParts, place: Place, { wish, by }: Planning): Promise<OneOffPlanView> {
  const track = findTrack(parts.store, place)
  const planned = parts.queries.oneOffs.plan(track, wish, by)
  return oneOffPlanView(planned, await parts.queries.toldWords(track, planned.plan.command))
}

export async function toldAt({ store, queries }: ApiParts, place: Place, words: readonly string[]) {
  return await queries.toldWords(findTrack(store, place), words)
}

/** The words that the app gives itself hold no secret; those that somebody typed may. */
export async function shown({ queries, store }: ApiParts, oneOff: OneOffRun): Promise<OneOffView> {
  const { name, command, track } = oneOff
  return oneOffView(oneOff, name === null ? await queries.toldWords(trackOf(store, track), command) : command)
}

/** The log of that name, and whether more may come. Faults `one_off.unknown`, `survey.unknown`, `deployment.unknown`. */
function logNamed({ store }: ApiParts, name: string): { readonly log: string; readonly isOver: () => boolean } {
  const of = logOf(name)
  switch (of?.kind) {
    case 'survey':
      if (store.surveys.get(name) === null) throw new Fault('survey.unknown', { details: { survey: name } })
      return { log: name, isOver: () => store.surveys.get(name)?.state !== 'waiting' }
    case 'deployment':
      findDeployment(store, of.id)
      return { log: name, isOver: () => isDone(findDeployment(store, of.id), of.step) }
    default: {
      const { id: log } = findOneOff(store, name)
      return { log, isOver: () => (store.oneOffs.get(log)?.state ?? 'finished') === 'finished' }
    }
  }
}

/** Nothing of it is still to come. */
function isDone({ state }: Deployment, wanted: string): boolean {
  if (state.kind === 'waiting' || state.kind === 'queued') return false
  return state.kind !== 'rolling' || !state.steps.slice(state.at).some((step) => step.do === wanted)
}
