import { matchesBranch, matchesPaths } from './glob.ts'
import { isAtLeast, leastRank, type Rank } from './role.ts'
import type { ExternalPolicy, ProjectSpec } from './spec.ts'

/**
 * A change that somebody proposes for a branch. It is judged by the configuration of that branch, never by its own; it has
 * checks and nothing else, and never a secret when whoever proposed it is not trusted.
 */
export interface Proposal {
  readonly branch: string
  readonly topic: string
  /** The branch's head when it was judged: whose configuration counts. */
  readonly base: string
  readonly trust: Trust
  /** Whether a person had to agree that this very commit is run at all. */
  readonly isHeld: boolean
  /** Whether it may reach the network while it is run: only when a person has looked at it. */
  readonly hasNetwork: boolean
}

export type Trust = 'trusted' | 'external'

/** `refs/for/main/fix-typo` → the branch `main` and the topic `fix-typo`; null for every other ref. */
export function proposalRef(ref: string): Pick<Proposal, 'branch' | 'topic'> | null {
  const [, branch, topic] = /^refs\/for\/(.+)\/([^/]+)$/.exec(ref) ?? []
  return branch === undefined || topic === undefined ? null : { branch, topic }
}

/**
 * By the role of whoever pushed, as it is at this moment; never by what a commit says of its author. Whoever could push to the
 * branch as well is trusted, everybody else, and whoever is not known, is not.
 */
export function trustOf(rank: Rank | null): Trust {
  return isAtLeast(rank, leastRank.push) ? 'trusted' : 'external'
}

export interface Proposed {
  readonly branch: string
  readonly isNew: boolean
  /** Null = every path counts. */
  readonly changed: readonly string[] | null
  readonly trust: Trust
}

export type ProposalAnswer =
  | { readonly run: true; readonly because: string; readonly isHeld: boolean; readonly hasNetwork: boolean }
  | { readonly run: false; readonly because: string }

/** Whether a proposal is run, and what has to happen first; X13. */
export function judgeProposal({ branch, isNew, changed, trust }: Proposed, { triggers }: ProjectSpec): ProposalAnswer {
  const { pullRequest } = triggers
  if (pullRequest === null) return no(`signalbox.yml of ${branch} has no pull_request trigger`)
  const type = isNew ? 'opened' : 'synchronize'
  if (!pullRequest.types.includes(type)) return no(`the pull_request trigger leaves out "${type}"`)
  if (!matchesBranch(pullRequest.branches, branch)) return no(`the pull_request trigger does not name ${branch}`)
  if (changed !== null && pullRequest.paths.length > 0 && !matchesPaths(pullRequest.paths, changed)) {
    return no('the pull_request trigger leaves out every path that changed')
  }
  const because = `proposal for ${branch}`
  if (trust === 'trusted') return { run: true, because, isHeld: false, hasNetwork: true }
  return external(pullRequest.external, because)
}

function external(policy: ExternalPolicy, because: string): ProposalAnswer {
  switch (policy) {
    case 'deny':
      return no(`${because} by somebody from outside: the policy \`external: deny\` runs none of them`)
    case 'approve':
      return {
        run: true,
        because: `${because} from outside, once somebody has approved it`,
        isHeld: true,
        hasNetwork: true,
      }
    case 'sandboxed':
      return { run: true, because: `${because} from outside, in a sandbox`, isHeld: false, hasNetwork: false }
  }
}

function no(because: string): ProposalAnswer {
  return { run: false, because }
}
