import type { TrackView } from '../../api/views.ts'
import { type Html, html, nothing } from '../html.ts'
import type { Asking } from '../page.ts'
import { area, button, choice, field, fieldName, form, opening } from './form.ts'

interface Acting {
  readonly project: string
  readonly environment: string
  readonly tracks: readonly TrackView[]
  /** All of the project. */
  readonly environments: readonly string[]
}

/** What can be done with an environment as a whole. */
export function environmentActs(asking: Asking, acting: Acting): Html {
  const { project, environment, tracks } = acting
  const act = { params: { project, environment }, back: asking.here }
  const live = tracks.filter(({ desired }) => desired !== null)
  return html`
${deploying(asking, act, tracks)}
${promoting(asking, acting, live)}
${rollingBack(asking, act, tracks)}
${redeploying(asking, { ...act, tracks, live })}
${locking(asking, { ...act, isLocked: tracks.some(({ lock }) => lock !== null) })}`
}

interface Act {
  readonly params: { readonly project: string; readonly environment: string }
  readonly back: string
}

type Tracks = readonly TrackView[]

const comment = field({ label: 'Comment', name: 'body.comment' })

function deploying(asking: Asking, act: Act, tracks: Tracks): Html {
  if (!asking.may('deploy', act.params)) return nothing
  return opening(
    'Deploy',
    form({ ...act, route: 'deploy' }, [
      appChoice(tracks, tracks),
      field({ label: 'Release', name: 'body.version', placeholder: 'the newest' }),
      comment,
      held(asking, act, tracks),
      button('Deploy', 'main'),
    ]),
  )
}

/** What keeps it from beginning, and what whoever looks may do about it. */
function held({ may }: Asking, { params }: Act, tracks: Tracks): Html {
  const isLocked = tracks.some(({ lock }) => lock !== null)
  const isFrozen = tracks.some(({ freeze }) => freeze?.now)
  return html`${isLocked ? html`<p>It is locked: this waits until somebody unlocks it.</p>` : nothing}
${isFrozen && may('lock', params) ? field({ label: 'Why although it is frozen', name: 'body.overrideFreeze' }) : nothing}
${isFrozen && !may('lock', params) ? html`<p>It is frozen: this waits until the freeze ends.</p>` : nothing}`
}

/** To wherever else whoever looks may send something. */
function promoting({ may, here }: Asking, { project, environment, tracks, environments }: Acting, live: Tracks): Html {
  const params = { project, environment }
  const others = environments.filter((name) => name !== environment && may('promote', { ...params, to: name }))
  if (others.length === 0 || live.length === 0) return nothing
  const to = others.map((name) => [name, name] as const)
  return opening(
    'Promote',
    form({ route: 'promote', params, back: here }, [
      appChoice(live, tracks),
      choice('To', 'body.to', to),
      comment,
      button('Send what is live here', 'main'),
    ]),
  )
}

function rollingBack({ may }: Asking, act: Act, tracks: Tracks): Html {
  const able = tracks.filter(({ noWayBack }) => noWayBack === null)
  if (able.length === 0 || !may('rollback', act.params)) return nothing
  return opening(
    'Roll back',
    form({ ...act, route: 'rollback' }, [
      appChoice(able, tracks),
      field({ label: 'To release', name: 'body.version', placeholder: 'the one before' }),
      area({ label: 'Why', name: 'body.comment' }),
      button('Roll back', 'danger'),
    ]),
    'danger',
  )
}

function redeploying({ may }: Asking, { tracks, live, ...act }: Act & { tracks: Tracks; live: Tracks }): Html {
  if (live.length === 0 || !may('redeploy', act.params)) return nothing
  return opening(
    'Redeploy',
    form({ ...act, route: 'redeploy' }, [appChoice(live, tracks), comment, button('Replace every instance')]),
  )
}

/** Of those with which it can be done; needed only where there are several. */
function appChoice(able: Tracks, tracks: Tracks): Html {
  if (tracks.length < 2) return nothing
  const all = able.length === tracks.length ? [['', 'all'] as const] : []
  return choice('App', 'body.app', [...all, ...able.map(({ app }) => [app, app] as const)])
}

interface Locking extends Act {
  readonly isLocked: boolean
}

function locking({ may }: Asking, { isLocked, ...act }: Locking): Html {
  if (!may('lock', act.params)) return nothing
  if (isLocked) return form({ ...act, route: 'unlock' }, button('Unlock', 'main'))
  return opening(
    'Lock',
    form({ ...act, route: 'lock' }, [
      field({ label: 'Why', name: 'body.reason', required: true }),
      field({
        label: 'For how long',
        name: fieldName('body.forMs', 'span'),
        placeholder: 'for good',
        hint: '30m, 2h, 1d',
      }),
      button('Lock', 'danger'),
    ]),
  )
}

/** How many instances of each process; of those that visitors or work need. */
export function scaleForm({ may, here }: Asking, { app, track, desired, running }: TrackView): Html {
  const [project = '', , environment = ''] = track.split('/')
  const params = { project, environment }
  if (desired === null || !may('scale', params)) return nothing
  const counts = new Map<string, number>()
  for (const { name, process } of running?.instances ?? []) {
    if (desired.instances.includes(name)) counts.set(process, (counts.get(process) ?? 0) + 1)
  }
  if (counts.size === 0) return nothing
  return opening(
    'Scale',
    form({ route: 'scale', params, fixed: { 'body.app': app }, back: here }, [
      ...[...counts].map(([process, count]) =>
        field({
          label: process,
          name: fieldName(`body.counts.${process}`, 'int'),
          type: 'number',
          value: String(count),
        }),
      ),
      button('Scale', 'main'),
    ]),
  )
}
