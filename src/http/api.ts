import type { Handlers } from './handlers.ts'
import type { ApiParts } from './parts.ts'
import { accountRoutes } from './routes/accounts.ts'
import { approvalRoutes } from './routes/approvals.ts'
import { consoleRoutes } from './routes/consoles.ts'
import { deploymentRoutes } from './routes/deployments.ts'
import { doorRoutes } from './routes/doors.ts'
import { environmentRoutes } from './routes/environments.ts'
import { factRoutes } from './routes/facts.ts'
import { flowRoutes } from './routes/flow.ts'
import { freezeRoutes } from './routes/freezes.ts'
import { identityRoutes } from './routes/identities.ts'
import { insightRoutes } from './routes/insights.ts'
import { instanceRoutes } from './routes/instances.ts'
import { migrationRoutes } from './routes/migrations.ts'
import { noticeRoutes } from './routes/notices.ts'
import { oneOffRoutes } from './routes/one-offs.ts'
import { overviewRoutes } from './routes/overview.ts'
import { passkeyRoutes } from './routes/passkeys.ts'
import { projectRoutes } from './routes/projects.ts'
import { releaseRoutes } from './routes/releases.ts'
import { runRoutes } from './routes/runs.ts'
import { safeguardRoutes } from './routes/safeguards.ts'
import { scheduleRoutes } from './routes/schedules.ts'
import { serverRoutes } from './routes/server.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { variableRoutes } from './routes/variables.ts'
import { wayBackRoutes } from './routes/ways-back.ts'

/** What the API does for each route of its table. */
export function apiHandlers(parts: ApiParts): Handlers {
  return {
    ...serverRoutes(parts),
    ...overviewRoutes(parts),
    ...insightRoutes(parts),
    ...projectRoutes(parts),
    ...runRoutes(parts),
    ...releaseRoutes(parts),
    ...flowRoutes(parts),
    ...deploymentRoutes(parts),
    ...approvalRoutes(parts),
    ...environmentRoutes(parts),
    ...migrationRoutes(parts),
    ...safeguardRoutes(parts),
    ...doorRoutes(parts),
    ...freezeRoutes(parts),
    ...variableRoutes(parts),
    ...instanceRoutes(parts),
    ...oneOffRoutes(parts),
    ...consoleRoutes(parts),
    ...scheduleRoutes(parts),
    ...factRoutes(parts),
    ...noticeRoutes(parts),
    ...accountRoutes(parts),
    ...passkeyRoutes(parts),
    ...identityRoutes(parts),
    ...tokenRoutes(parts),
    ...wayBackRoutes(parts),
  }
}
