import { logOf } from '../api/log-name.ts'

/** What an id is of, by its form: `r17` a run, `d42` a deployment, `o5` a one-off command, `d42-migrate` and `d42-smoke` what a deployment ran, `s7` a look for pending migrations, `d42-web-1` an instance. Anything else is a name. */
export type Named = 'run' | 'deployment' | 'oneOff' | 'instance' | 'name'

export function kindOfId(id: string): Named {
  if (/^r\d+$/.test(id)) return 'run'
  if (/^d\d+$/.test(id)) return 'deployment'
  if (logOf(id) !== null) return 'oneOff'
  return /^d\d+-.+-\d+$/.test(id) ? 'instance' : 'name'
}
