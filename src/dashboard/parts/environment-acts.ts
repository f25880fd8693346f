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
  const { may, here } = asking
  const params = { project, environment }
  const act = { params, back: here }
  const comment = field({ label: 'Comment', name: 'body.comment' })
  const app = appChoice(tracks)
  return html`
${may('deploy', params) ? opening('Deploy', form({ ...act, route: 'deploy' }, [app, field({ label: 'Release', name: 'body.version', placeholder: 'the newest' }), comment, overrides(tracks), button('Deploy', 'main')])) : nothing}
${promoting(asking, acting)}
${may('rollback', params) ? opening('Roll back', form({ ...act, route: 'rollback' }, [app, field({ label: 'To release', name: 'body.version', placeholder: 'the one before' }), area({ label: 'Why', name: 'body.comment' }), button('Roll back', 'danger')]), 'danger') : nothing}
${may('redeploy', params) ? opening('Redeploy', form({ ...act, route: 'redeploy' }, [app, comment, button('Replace every instance')])) : nothing}
${locking(asking, { ...act, isLocked: tracks.some(({ lock }) => lock !== null) })}`
}

/** To wherever else whoever looks may send something. */
function promoting({ may, here }: Asking, { project, environment, tracks, environments }: Acting): Html {
  const params = { project, environment }
  const others = environments.filter((name) => name !== environment && may('promote', { project, environment: name }))
  if (others.length === 0 || !may('promote', params)) return nothing
  const to = others.map((name) => [name, name] as const)
  const comment = field({ label: 'Comment', name: 'body.comment' })
  return opening(
    'Promote',
    form({ route: 'promote', params, back: here }, [
      appChoice(tracks),
      choice('To', 'body.to', to),
      comment,
      button('Send what is live here', 'main'),
    ]),
  )
}

/** Needed only where there are several. */
function appChoice(tracks: readonly TrackView[]): Html {
  if (tracks.length < 2) return nothing
  return choice('App', 'body.app', [['', 'all'], ...tracks.map(({ app }) => [app, app] as const)])
}

function overrides(tracks: readonly TrackView[]): Html {
  if (!tracks.some(({ freeze }) => freeze?.now)) return nothing
  return field({ label: 'Why although it is frozen', name: 'body.overrideFreeze' })
}

interface Locking {
  readonly params: { readonly project: string; readonly environment: string }
  readonly back: string
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
