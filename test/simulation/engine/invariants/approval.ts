import type { Deployment } from '../../../../src/domain/deployment.ts'
import type { Fact } from '../../../../src/domain/facts.ts'
import type { Plan } from '../../../../src/domain/plan.ts'
import { canonicalJson } from '../../../../src/lib/canonical.ts'
import { sha256 } from '../../../../src/lib/hash.ts'
import type { MakeInvariant, View } from '../view.ts'
import type { Changes } from '../watch/records.ts'

/** What the journal alone says of a track and of what was approved. */
interface Journal {
  /** Track → digest of what succeeded there last. */
  readonly live: Map<string, string>
  /** `project/environment` → version of its variables. */
  readonly variables: Map<string, number>
  /** Deployment → plan → who said yes to it. */
  readonly approvals: Map<string, Map<string, Set<string>>>
}

/**
 * I-7, I-8, design 4: a release reaches a protected environment only with as many people's yes as it demands, to exactly
 * what is done. Worked out again from the journal, not from what the gates said.
 */
export const approval: MakeInvariant = (view) => {
  const journal: Journal = { live: new Map(), variables: new Map(), approvals: new Map() }
  const begun = new Set<string>()
  const mayBegin = (deployments: Changes['deployments'], id: string) => {
    const started = deployments.find(({ after }) => after.id === id && after.state.kind === 'rolling')?.after
    const problem = started === undefined ? 'its row says nothing of it' : problemOf(view, journal, started)
    if (problem !== null) view.broken('I-8', `${id} begins on ${started?.track}: ${problem}`)
    begun.add(id)
  }
  return {
    committed({ facts, deployments }) {
      for (const fact of facts) {
        if (fact.kind === 'deployment.started') mayBegin(deployments, fact.subject)
        else note(view, journal, fact)
      }
    },
    happened(happening) {
      if (happening.what !== 'started') return
      const { name, deployment, release } = happening.instance.spec
      const known = view.records.deployments.get(deployment)
      if (!begun.has(deployment)) view.broken('I-8', `${name} is started, and ${deployment} has not begun`)
      else if (known?.release.digest !== release.digest)
        view.broken('I-7', `${name} is started with another release than ${deployment}`)
    },
  }
}

function note(view: View, journal: Journal, { kind, subject, by, data }: Fact): void {
  if (kind === 'variables.changed') journal.variables.set(subject, Number(data.version))
  if (kind === 'deployment.approval') {
    const plans = journal.approvals.get(subject) ?? new Map<string, Set<string>>()
    journal.approvals.set(subject, plans)
    plans.set(String(data.plan), (plans.get(String(data.plan)) ?? new Set()).add(by))
  }
  if (kind === 'deployment.finished' && data.outcome === 'succeeded') {
    const deployment = view.records.deployments.get(subject)
    if (deployment !== undefined) journal.live.set(deployment.track, deployment.release.digest)
  }
}

function problemOf(view: View, journal: Journal, { id, track, release, reason }: Deployment): string | null {
  const [project = '', , name = ''] = track.split('/')
  const environment = view.git.spec(release.commit)?.environments.find((each) => each.name === name)
  if (environment === undefined) return `its configuration has no ${name}`
  const live = journal.live.get(track) ?? null
  // Another number of instances of what people said yes to before.
  if (reason === 'scale') return live === release.digest ? null : 'it scales something else than what is live'
  const { approvals } = environment.protection
  if (approvals === 0) return null
  const enough = [...(journal.approvals.get(id) ?? [])].filter(([, people]) => people.size >= approvals)
  if (enough.length === 0) return `${approvals} had to say yes to one plan of it`
  const version = journal.variables.get(`${project}/${name}`) ?? 0
  const isThis = (hash: string) => {
    const plan = planWith(view, id, hash)
    return (
      plan !== null &&
      plan.track === track &&
      plan.to.digest === release.digest &&
      (plan.from?.digest ?? null) === live &&
      plan.variables.version === version
    )
  }
  return enough.some(([hash]) => isThis(hash)) ? null : 'people said yes to another plan than this one'
}

/** The plan of this hash, if the hash is its hash. */
function planWith({ disk }: View, deployment: string, hash: string): Plan | null {
  const row = disk.prepare('SELECT plan FROM plans WHERE deployment = ? AND hash = ?').get(deployment, hash)
  if (row === undefined) return null
  const plan = JSON.parse(String(row.plan)) as Plan
  return sha256(canonicalJson(plan)) === hash ? plan : null
}
