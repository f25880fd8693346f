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
import { lockRoutes } from './routes/locks.ts'
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

/** Everything the API can be asked: the server, its clients and the reference are made from this table, one file a resource. */
export const routes = {
  ...serverRoutes,
  ...overviewRoutes,
  ...insightRoutes,
  ...projectRoutes,
  ...runRoutes,
  ...releaseRoutes,
  ...flowRoutes,
  ...deploymentRoutes,
  ...approvalRoutes,
  ...environmentRoutes,
  ...migrationRoutes,
  ...lockRoutes,
  ...freezeRoutes,
  ...safeguardRoutes,
  ...doorRoutes,
  ...variableRoutes,
  ...instanceRoutes,
  ...oneOffRoutes,
  ...consoleRoutes,
  ...scheduleRoutes,
  ...factRoutes,
  ...noticeRoutes,
  ...accountRoutes,
  ...passkeyRoutes,
  ...identityRoutes,
  ...tokenRoutes,
  ...wayBackRoutes,
} as const

export type Routes = typeof routes
export type RouteName = keyof Routes
