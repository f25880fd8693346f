import { judgeProposal, type Proposal, type ProposalAnswer, proposalRef, trustOf } from '../domain/proposal.ts'
import type { Rank } from '../domain/role.ts'
import { Fault } from '../lib/fault.ts'
import type { Parts } from './parts.ts'
import { type Arrival, configurationAt, type Reading } from './reading.ts'

/** A proposal with the configuration of the branch it is for, which alone has a say. */
export interface ProposalReading extends Reading {
  /** Null: there is no such branch. */
  readonly base: string | null
}

/** Everything about a proposed commit that takes waiting. */
export async function readProposal(parts: Parts, arrival: Arrival, branch: string): Promise<ProposalReading> {
  const { project, after } = arrival
  const { source } = parts
  const commit = await source.commit(project, after)
  const base = (await source.refs(project)).get(`refs/heads/${branch}`) ?? null
  const nothing = { commit, spec: null, problems: null, changed: null, behind: [], relations: new Map(), base }
  if (base === null) return nothing
  return {
    ...nothing,
    ...(await configurationAt(parts, project, base)),
    changed: await changedFrom(parts, arrival, base),
  }
}

/** What to do with it, and as what it is run. */
export function judged({
  change,
  rank,
  reading,
}: {
  readonly change: Pick<Arrival, 'ref' | 'before'>
  /** Of whoever proposed it, in the project. */
  readonly rank: Rank | null
  readonly reading: ProposalReading
}): { readonly answer: ProposalAnswer; readonly proposal: Proposal | null } {
  const named = proposalRef(change.ref)
  const { base, spec, changed } = reading
  if (named === null || base === null)
    return refused(`there is no branch ${named?.branch ?? change.ref} to propose it for`)
  if (spec === null) return refused(`signalbox.yml of ${named.branch} says nothing that can be acted on`)
  const trust = trustOf(rank)
  const answer = judgeProposal({ branch: named.branch, isNew: change.before === null, changed, trust }, spec)
  if (!answer.run) return { answer, proposal: null }
  const { isHeld, hasNetwork } = answer
  return { answer, proposal: { ...named, base, trust, isHeld, hasNetwork } }
}

function refused(because: string) {
  return { answer: { run: false, because } as const, proposal: null }
}

/** When history does not tell, every path counts. */
async function changedFrom({ source }: Parts, { project, after }: Arrival, base: string) {
  try {
    return await source.changedPaths(project, base, after)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return null
  }
}
