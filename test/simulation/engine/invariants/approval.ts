import type { Deployment } from '../../../../src/domain/deployment.ts'
import type { Fact } from '../../../../src/domain/facts.ts'
import type { Plan } from '../../../../src/domain/plan.ts'
import type { ProtectionSpec } from '../../../../src/domain/spec.ts'
import { canonicalJson } from '../../../../src/lib/canonical.ts'
import { sha256 } from '../../../../src/lib/hash.ts'
import type { MakeInvariant, View } from '../view.ts'
import type { Changes } from '../watch/records.ts'
import { rolesOf } from '../world/shape.ts'

/** What the journal alone says of a track and of what was approved. */
interface Journal {
  /** Track → digest of what succeeded there last. */
  readonly live: Map<string, string>
  /** `project/environment` → version of its variables. */
  readonly variables: Map<string, number>
  /** Deployments that kept what served instead of what served before. */
  readonly kept: Set<string>
  /** Deployment → plan → who said yes to it. */
  readonly approvals: Map<string, Map<string, Set<string>>>
  /** `project/environment` → whose yes it took for what was promoted there last, and since when. */
  readonly inForce: Map<string, InForce>
}

interface InForce {
  readonly protection: ProtectionSpec
  readonly isConfirmed: boolean
  readonly since: number
}

/**
 * I-7, I-8, design 4: a release reaches a protected environment only with as many people's yes as it demands, to exactly
 * what is done; and where it takes away what it demanded before, only with the yes of those too. Worked out again from the journal, not from what the gates said.
 */
export const approval: MakeInvariant = (view) => {
  const journal: Journal = {
    live: new Map(),
    kept: new Set(),
    variables: new Map(),
    approvals: new Map(),
    inForce: new Map(),
  }
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

function note(view: View, journal: Journal, fact: Fact): void {
  const { kind, subject, by, data } = fact
  noteGuard(view, journal, fact)
  if (kind === 'variables.changed') journal.variables.set(subject, Number(data.version))
  if (kind === 'deployment.approval') {
    const plans = journal.approvals.get(subject) ?? new Map<string, Set<string>>()
    journal.approvals.set(subject, plans)
    plans.set(String(data.plan), (plans.get(String(data.plan)) ?? new Set()).add(by))
  }
  // A way back that was broken off keeps what serves, and that is live from then on.
  if (kind === 'deployment.reverting' && data.kept !== undefined) journal.kept.add(subject)
  if (kind === 'deployment.finished' && journal.kept.has(subject)) {
    const track = view.records.deployments.get(subject)?.track ?? ''
    const kept = view.records.lives.get(track)
    if (kept !== undefined) journal.live.set(track, kept.release.digest)
  }
  if (kind === 'deployment.finished' && (data.outcome === 'succeeded' || data.staysLive === true)) {
    const deployment = view.records.deployments.get(subject)
    if (deployment !== undefined && deployment.reason !== 'migrate')
      journal.live.set(deployment.track, deployment.release.digest)
  }
}

function problemOf(view: View, journal: Journal, { id, track, release, reason }: Deployment): string | null {
  const [project = '', , name = ''] = track.split('/')
  const environment = view.git.spec(release.commit)?.environments.find((each) => each.name === name)
  if (environment === undefined) return `its configuration has no ${name}`
  const live = journal.live.get(track) ?? null
  // Another number of instances of what people said yes to before.
  if (reason === 'scale') return live === release.digest ? null : 'it scales something else than what is live'
  const demands = demandsOn(environment.protection, journal.inForce.get(`${project}/${name}`)?.protection)
  if (demands.length === 0) return null
  const given = [...(journal.approvals.get(id) ?? [])]
  const enough = given.filter(([, people]) => demands.every((demand) => isMet(demand, [...people])))
  if (enough.length === 0) return `${demands.map(asked).join(' and ')} had to say yes to one plan of it`
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

function demandsOn(own: ProtectionSpec, inForce: ProtectionSpec | undefined): readonly ProtectionSpec[] {
  const before = inForce !== undefined && isWeaker(inForce, own) ? [inForce] : []
  return [own, ...before].filter(({ approvals }) => approvals > 0)
}

function isMet({ approvals, approvers }: ProtectionSpec, said: readonly string[]): boolean {
  const roles = (name: string) => rolesOf[name as 'ada'].map((role) => `role:${role}`)
  const counted = said.filter((name) => [name, ...roles(name)].some((each) => approvers.includes(each)))
  return (approvers.length === 0 ? said : counted).length >= approvals
}

function asked({ approvals, approvers }: ProtectionSpec): string {
  return `${approvals} of ${approvers.join(', ') || 'all'}`
}

function isWeaker(before: ProtectionSpec, after: ProtectionSpec): boolean {
  if (after.approvals < before.approvals) return true
  if (before.requireChecks.some((each) => !after.requireChecks.includes(each))) return true
  if (before.approvals === 0 || before.approvers.length === 0) return false
  return after.approvers.length === 0 || after.approvers.some((each) => !before.approvers.includes(each))
}

/** What guards an environment, as the journal alone tells it: what was asked for first, and what was promoted with success since. */
function noteGuard(view: View, { inForce }: Journal, { kind, subject, at, data }: Fact): void {
  const isAsked = kind === 'deployment.requested'
  if (!isAsked && (kind !== 'deployment.finished' || data.outcome !== 'succeeded')) return
  const deployment = view.records.deployments.get(subject)
  if (deployment === undefined) return
  const [project = '', , name = ''] = deployment.track.split('/')
  const spec = view.git.spec(deployment.release.commit)?.environments.find((each) => each.name === name)
  if (spec === undefined) return
  const place = `${project}/${name}`
  const [known, { protection }] = [inForce.get(place), spec]
  const stays = known !== undefined && isWeaker(known.protection, protection)
  if (isAsked) {
    if (known?.isConfirmed !== true && !stays) inForce.set(place, { protection, isConfirmed: false, since: at })
    return
  }
  const isLater = (known?.since ?? 0) > (deployment.startedAt ?? 0)
  if (deployment.reason !== 'promote' || (stays && isLater)) return
  const isSame = known?.isConfirmed === true && JSON.stringify(known.protection) === JSON.stringify(protection)
  if (!isSame) inForce.set(place, { protection, isConfirmed: true, since: at })
}

/** The plan of this hash, if the hash is its hash. */
function planWith({ disk }: View, deployment: string, hash: string): Plan | null {
  const row = disk.prepare('SELECT plan FROM plans WHERE deployment = ? AND hash = ?').get(deployment, hash)
  if (row === undefined) return null
  const plan = JSON.parse(String(row.plan)) as Plan
  return sha256(canonicalJson(plan)) === hash ? plan : null
}
