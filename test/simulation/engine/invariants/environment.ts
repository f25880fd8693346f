import type { MakeInvariant, View } from '../view.ts'

/** Instances see the variables as of the version their deployment took, opened, and the newest word of them. */
export const environment: MakeInvariant = (view) => ({
  happened(happening) {
    if (happening.what !== 'started') return
    const { name, track, deployment, env } = happening.instance.spec
    const record = view.records.deployments.get(deployment)
    const version = versionOf(view, record?.track ?? track, deployment)
    if (version === null) return
    const [project = '', , place = ''] = track.split('/')
    for (const key of ['COLOR', 'SIZE']) {
      const wanted = valueAt(view, { project, place, key, version })
      if ((env[key] ?? null) !== wanted)
        view.broken('variables', `${name} sees ${key}=${env[key]} instead of ${wanted}`)
    }
  },
})

function versionOf({ records }: View, track: string, deployment: string): number | null {
  const state = records.deployments.get(deployment)?.state
  if (state !== undefined && 'variables' in state) return state.variables
  const live = records.lives.get(track)
  return live?.instances.find((each) => each.deployment === deployment)?.variables ?? null
}

interface Wanted {
  readonly project: string
  readonly place: string
  readonly key: string
  readonly version: number
}

function valueAt({ disk }: View, { project, place, key, version }: Wanted): string | null {
  const row = disk
    .prepare(
      `SELECT value, secret, version FROM variables WHERE project = ? AND environment = ? AND name = ? AND version <= ?
       ORDER BY version DESC LIMIT 1`,
    )
    .get(project, place, key, version)
  if (row === undefined || row.value === null) return null
  const text = String(row.value)
  return row.secret === 1 ? text.slice(`${project}/${place}/${key}/${row.version}=`.length) : text
}
