import type { SafeguardsView } from '../../api/views.ts'
import { findProject } from '../../engine/find.ts'
import type { StoredSafeguards } from '../../store/safeguards.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'

export function safeguardRoutes({ store, actions }: ApiParts): Pick<Handlers, 'safeguards.list' | 'safeguards.forget'> {
  return {
    'safeguards.list': ({ params: { project } }) => {
      findProject(store, project)
      return store.safeguards.list(project).map(safeguardsView)
    },
    'safeguards.forget': ({ params, body }, { by }) => {
      actions.forgetSafeguards(params, body, { by })
      return { forgotten: params.environment }
    },
  }
}

function safeguardsView({ environment, safeguards, deployment, since }: StoredSafeguards): SafeguardsView {
  const { protection, permissions, needs, rollback, oneOffProtection, freezes, hosts } = safeguards
  const { approvals, approvers, selfApproval, requireChecks } = protection
  return {
    ...{
      environment,
      approvals,
      approvers,
      selfApproval,
      requireChecks,
      permissions,
      needs,
      rollback,
      oneOffProtection,
    },
    ...{ freezes: freezes.map(({ reason }) => reason), hosts, deployment, since },
  }
}
