import { openUntil } from '../../../../src/domain/cron.ts'
import type { Deployment } from '../../../../src/domain/deployment.ts'
import type { MakeInvariant } from '../view.ts'

interface Span {
  readonly id: string
  readonly from: number
  readonly until: number
}

/** Nothing begins while its environment is frozen, by somebody or by the clock, but ways back and scalings; an override lets it. */
export const freezes: MakeInvariant = ({ git, broken }) => {
  const spans = new Map<string, Span[]>()
  const overridden = new Map<string, number>()
  const isFrozen = ({ track, release, startedAt }: Deployment): boolean => {
    const [project = '', , name = ''] = track.split('/')
    const at = startedAt ?? 0
    if ((overridden.get(`${project}/${name}`) ?? 0) > at) return false
    const windows = git.spec(release.commit)?.environments.find((each) => each.name === name)?.policies.freezes ?? []
    if (windows.some((window) => (openUntil(window, at) ?? 0) > at)) return true
    return (spans.get(`${project}/${name}`) ?? []).some(({ from, until }) => from <= at && at < until)
  }
  return {
    committed({ deployments, facts }) {
      for (const { kind, subject, data } of facts) {
        const mine = spans.get(subject) ?? []
        const [from, until] = [Number(data.from), Number(data.until)]
        if (kind === 'environment.frozen') spans.set(subject, [...mine, { id: String(data.freeze), from, until }])
        if (kind === 'environment.unfrozen') {
          spans.set(
            subject,
            mine.filter(({ id }) => id !== data.freeze),
          )
        }
        if (kind === 'environment.freeze_overridden') overridden.set(subject, until)
      }
      for (const { before, after } of deployments) {
        if (after.state.kind !== 'rolling' || before?.state.kind === 'rolling') continue
        if (after.reason === 'rollback' || after.reason === 'scale') continue
        if (isFrozen(after)) broken('freeze', `${after.id} begins on ${after.track}, which is frozen`)
      }
    },
  }
}
