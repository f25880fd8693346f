import type { DeploymentView, ScheduleView, TrackView, VariablesView } from '../../api/views.ts'
import { type Mark, markOf as markOfTrack, worstOf } from '../../domain/overview.ts'
import { plural } from '../../lib/short-text.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import { type Asking, type Page, param, type Shown } from '../page.ts'
import { environmentActs, scaleForm } from '../parts/environment-acts.ts'
import { area, button, confirmFirst, field, fieldName, form, opening, tick } from '../parts/form.ts'
import { deploymentsTable, oneOffsTable } from '../parts/lists.ts'
import { lamp, markOf, signal, stateSignal } from '../parts/mark.ts'
import { idLink, projectCrumbs, projectPath } from '../parts/place.ts'
import { guardPanel } from '../parts/protection.ts'
import { reserved } from '../parts/reserved.ts'
import { facts, part, table } from '../parts/table.ts'
import { banner, emptiness, linkTo, releaseMark, when } from '../parts/words.ts'

/** One environment: what should run there, what does, who gets it, what waits, and what guards it. */
export const environmentPage: Page = {
  path: '/projects/:project/environments/:environment',
  async show(asking) {
    const { ask, now } = asking
    const [project, environment] = [param(asking, 'project'), param(asking, 'environment')]
    const params = { project, environment }
    const [tracks, deployments, { environments }] = await Promise.all([
      ask('status', { params: { project }, query: { environment } }),
      ask('deployments.list', { query: { project, environment, limit: 8 } }),
      ask('projects.show', { params: { project } }),
    ])
    if (tracks.length > 0 && !environments.includes(environment))
      return leftOver(asking, params, { tracks, deployments })
    const [variables, schedules, freezes, door, safeguards, oneOffs] = await Promise.all([
      ask('variables.list', { params }),
      ask('schedules.list', { params, query: {} }),
      ask('freezes.list', { params }),
      ask('access.get', { params }),
      ask('safeguards.list', { params: { project } }),
      ask('one-offs.list', { params, query: { limit: 10 } }),
    ])
    const isLive = tracks.some(({ desired }) => desired !== null)
    const isNewer = tracks.some(({ newerVariables }) => newerVariables !== null)
    const urls = new Set(tracks.flatMap(({ url }) => url ?? []))
    return {
      title: `${environment} · ${project}`,
      ...{ mark: markOfTracks(tracks), section: 'overview', about: [project] },
      body: html`${heading(projectCrumbs(project), html`${environment} ${[...urls].map((url) => html`<small>${linkTo(url, url)}</small> `)}`, environmentActs(asking, { ...params, tracks, environments }))}
${notices(tracks, now)}
${reserved(asking, params)}
${tracks.map((track) => trackPart(asking, track, tracks.length > 1))}
${queuePart(tracks, now)}
${part('Variables', variablesPart(asking, params, { ...variables, isNewer }), html`<a href="${projectPath(project)}/variables">All environments</a>`)}
${part('Protection', guardPanel(asking, { ...params, safeguards: safeguards.find((each) => each.environment === environment) ?? null, freezes, door, lock: tracks[0]?.lock ?? null }))}
${schedules.length === 0 ? nothing : part('Schedule', schedulePart(asking, params, schedules))}
${part('Commands', oneOffsTable(oneOffs, now), isLive ? running(asking, params) : nothing)}
${part('Deployments', deploymentsTable(asking, deployments), html`<a href="${projectPath(project)}/deployments?environment=${environment}">All of them</a> <a href="${projectPath(project)}/environments/${environment}/ways-back">Ways back</a>`)}`,
    }
  },
}

interface Place {
  readonly project: string
  readonly environment: string
}

interface Left {
  readonly tracks: readonly TrackView[]
  readonly deployments: readonly DeploymentView[]
}

/** Of an environment that signalbox.yml does not have any more: what is still there, and what happened. */
function leftOver(asking: Asking, { project, environment }: Place, { tracks, deployments }: Left): Shown {
  const { now } = asking
  return {
    title: `${environment} · ${project}`,
    ...{ mark: markOfTracks(tracks), section: 'overview', about: [project] },
    body: html`${heading(projectCrumbs(project), environment)}
${notices(tracks, now)}
${tracks.map((track) => trackPart(asking, track, tracks.length > 1))}
${queuePart(tracks, now)}
${part('Deployments', deploymentsTable(asking, deployments))}`,
  }
}

function markOfTracks(tracks: readonly TrackView[]): Mark {
  const marks = tracks.map(({ desired: live, attempted, queue, ...track }) => {
    const tried = attempted === null ? null : { ...attempted, deployment: attempted.id }
    return markOfTrack({ ...track, live, attempted: tried, queued: queue.length })
  })
  return worstOf(marks)
}

/** What somebody has to know before anything else. */
function notices(tracks: readonly TrackView[], now: number): Html {
  const [first] = tracks
  if (first === undefined)
    return emptiness(
      'Nothing of this project is deployed here.',
      'signalbox.yml says which apps belong into an environment.',
    )
  const { lock, freeze, maintenance } = first
  return html`
${lock === null ? nothing : banner('caution', html`<span>Locked by <strong>${lock.by}</strong> ${when(lock.at, now)}: ${lock.reason}${lock.expiresAt === null ? nothing : html`, until ${when(lock.expiresAt, now)}`}</span>`)}
${freeze?.now ? banner('caution', html`<span>Frozen${freeze.now.by === null ? ' by a window of signalbox.yml' : html` by <strong>${freeze.now.by}</strong>`}: ${freeze.now.reason}, ends ${when(freeze.now.until, now)}</span>`) : nothing}
${maintenance === null ? nothing : banner('caution', html`<span>Visitors see the maintenance page since ${when(maintenance.since, now)}: ${maintenance.message}</span>`)}
${tracks.map(({ mixed, active }) => (mixed === null || active !== null ? nothing : banner('stop', mixed)))}
${tracks.map(({ finding }) => (finding === null ? nothing : banner('stop', finding)))}
${tracks.map(({ stale, running }) => (stale === null ? nothing : banner('caution', html`<span><strong>${stale}.</strong> ${running === null ? 'It has told nothing yet.' : html`What runs stands here as it was told ${when(running.at, now)}.`}</span>`)))}`
}

function trackPart(asking: Asking, track: TrackView, isOneOfMany: boolean): Html {
  const { now } = asking
  const { app, desired, attempted, active, running, serving, stale, newerVariables, noWayBack } = track
  return part(
    isOneOfMany ? app : 'What runs',
    html`<div class="sheet">${facts([
      [
        'Should run',
        desired === null ? 'nothing yet' : html`${releaseMark(desired.release)} by ${idLink(desired.deployment)}`,
      ],
      [
        'Last tried',
        attempted === null
          ? 'nothing yet'
          : html`${stateSignal(attempted)} ${releaseMark(attempted.release)} ${idLink(attempted.id)} ${when(attempted.finishedAt ?? attempted.createdAt, now)}`,
      ],
      [
        'Runs',
        running === null
          ? stale === null
            ? 'nothing'
            : 'not known'
          : html`${plural(running.instances.length, 'instance')}, seen ${when(running.at, now)}`,
      ],
      ['Gets visitors', serving.length === 0 ? 'no instance' : plural(serving.length, 'instance')],
      ...(active === null
        ? []
        : [['Under way', html`${idLink(active.id)} ${active.step?.doing ?? active.state}`] as const]),
      ...(desired === null || noWayBack === null ? [] : [['Way back', noWayBack] as const]),
      ...(newerVariables === null
        ? []
        : [['Newer variables', html`version ${newerVariables.version} is not applied yet`] as const]),
    ])}</div>
${instancesTable(track, now)}`,
    scaleForm(asking, track),
  )
}

function instancesTable({ running, serving }: TrackView, now: number): Html {
  const instances = running?.instances ?? []
  const seenAt = running?.at ?? now
  if (instances.length === 0) return nothing
  return table(
    'Instances',
    ['Instance', 'State', 'Process', 'Version', 'Visitors', 'Up since', 'Restarts', 'Memory', 'Mean CPU'],
    instances.map(({ name, state, process, version, startedAt, restarts, lastExit, usage }) => [
      html`<code>${name}</code>`,
      signal(instanceMark(state), state),
      process,
      html`<code>${version}</code>`,
      serving.includes(name) ? lamp('well', 'gets visitors') : '',
      startedAt === null ? '' : when(startedAt, now),
      lastExit === null ? restarts : html`${restarts} <span class="quiet">${lastExit}</span>`,
      usage === null ? '' : `${Math.round(usage.memoryBytes / 1024 / 1024)} MiB`,
      usage === null || startedAt === null ? '' : cpuShare(usage.cpuMs, seenAt - startedAt),
    ]),
  )
}

/** Of one processor, in the mean since it was started. */
function cpuShare(cpuMs: number, upMs: number): string {
  return upMs <= 0 ? '' : `${((cpuMs / upMs) * 100).toFixed(1)} %`
}

function instanceMark(state: string): Mark {
  if (state === 'healthy') return 'well'
  if (state === 'unhealthy' || state === 'backoff' || state === 'exited') return 'failing'
  return 'moving'
}

/** So many of a queue are told of one by one. */
const mostQueued = 20

/** Who goes when, and what each waits for. */
function queuePart(tracks: readonly TrackView[], now: number): Html {
  const queued = tracks.flatMap(({ queue }) => queue)
  const waiting = tracks.flatMap((track) => track.waiting)
  if (queued.length + waiting.length === 0) return nothing
  const rows = [
    ...queued.map((each) => [
      each.place,
      idLink(each.id),
      releaseMark(each.release),
      each.by,
      when(each.createdAt, now),
      `${each.held.because}${each.holder === null ? '' : ` (${each.holder})`}`,
    ]),
    ...waiting.map(({ deployment }) => [
      '',
      idLink(deployment.id),
      releaseMark(deployment.release),
      deployment.by,
      when(deployment.createdAt, now),
      html`${signal(markOf(deployment), 'waits for a yes')}`,
    ]),
  ]
  return part(
    'Queue',
    html`${table('Queue', ['Place', 'Deployment', 'Release', 'By', 'Since', 'Waits for'], rows.slice(0, mostQueued))}
${rows.length <= mostQueued ? nothing : html`<p class="quiet">${rows.length - mostQueued} more come after these.</p>`}`,
    html`<a class="button" href="/approvals">Approvals</a>`,
  )
}

function variablesPart(
  asking: Asking,
  params: Place,
  { variables, version, isNewer }: VariablesView & { readonly isNewer: boolean },
): Html {
  const { may, here, now } = asking
  const rows = variables.map(({ name, value, secret, by, at, reason }) => [
    html`<code>${name}</code>`,
    secret ? html`<span class="chip">secret</span>` : html`<code>${value ?? ''}</code>`,
    by,
    when(at, now),
    reason ?? '',
    may('variables.set', params) ? removing(params, name, here) : '',
  ])
  return html`${rows.length === 0 ? emptiness('No variable was set here by people.') : table(`Variables, version ${version}`, ['Name', 'Value', 'By', 'When', 'Why', ''], rows)}
<div class="filters">${may('variables.set', params) ? setting(asking, params) : nothing}
${isNewer && may('variables.apply', params) ? form({ route: 'variables.apply', params: { ...params }, back: here }, button('Apply to what runs')) : nothing}</div>`
}

function setting(asking: Asking, params: Place): Html {
  return opening(
    'Set a variable',
    form({ route: 'variables.set', params: { ...params }, back: asking.here }, [
      confirmFirst(asking),
      field({ label: 'Name', name: 'body.changes.0.name', required: true, placeholder: 'LOG_LEVEL' }),
      area({ label: 'Value', name: 'body.changes.0.value', required: true }),
      tick('It is a secret: nobody can read it any more', fieldName('body.changes.0.secret', 'bool')),
      field({ label: 'Why', name: 'body.reason' }),
      button('Set', 'main'),
    ]),
  )
}

function removing(params: Place, name: string, back: string): Html {
  const fixed = { 'body.changes.0.name': name, [fieldName('body.changes.0.value', 'json')]: 'null' }
  return form(
    { route: 'variables.set', params: { ...params }, fixed, back },
    html`<button class="small danger" title="Unset ${name}">Unset</button>`,
  )
}

function schedulePart({ may, here, now }: Asking, params: Place, schedules: readonly ScheduleView[]): Html {
  return table(
    'Schedule',
    ['Name', 'When', 'Next', 'Last', ''],
    schedules.map(({ track, name, cron, timezone, nextAt, paused, last }) => {
      const app = track.split('/')[1] ?? ''
      const act = { params: { ...params, schedule: name }, fixed: { 'body.app': app }, back: here }
      return [
        html`<code>${name}</code>`,
        html`<code>${cron}</code> <span class="quiet">${timezone}</span>`,
        paused === null ? (nextAt === null ? '' : when(nextAt, now)) : html`paused by ${paused.by}: ${paused.reason}`,
        last === null ? 'never' : html`${stateSignal(last)} ${idLink(last.id)} ${when(last.createdAt, now)}`,
        !may('schedules.pause', params)
          ? ''
          : paused === null
            ? opening(
                'Pause',
                form({ ...act, route: 'schedules.pause' }, [
                  field({ label: 'Why', name: 'body.reason', required: true }),
                  button('Pause'),
                ]),
              )
            : form({ ...act, route: 'schedules.resume' }, button('Go on')),
      ]
    }),
  )
}

function running({ may, here }: Asking, params: Place): Html {
  if (!may('one-offs.start', params)) return nothing
  return opening(
    'Run a command',
    form({ route: 'one-offs.start', params: { ...params }, back: here }, [
      area({
        label: 'Command, a word a line',
        name: fieldName('body.command', 'lines'),
        placeholder: 'node\nscripts/clean.mjs',
      }),
      field({ label: 'or its name in signalbox.yml', name: 'body.name' }),
      field({ label: 'On this instance', name: 'body.instance', hint: 'left empty: beside them' }),
      tick('It destroys something', fieldName('body.destructive', 'bool')),
      tick('Only tell what it would do', fieldName('body.dryRun', 'bool')),
      field({ label: 'Comment', name: 'body.comment' }),
      button('Run', 'main'),
    ]),
  )
}
