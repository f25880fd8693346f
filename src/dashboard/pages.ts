import type { Page } from './page.ts'
import { approvalsPage } from './pages/approvals.ts'
import { auditPage } from './pages/audit.ts'
import { deploymentPage } from './pages/deployment.ts'
import { environmentPage } from './pages/environment.ts'
import { insightsPage } from './pages/insights.ts'
import { jobPage } from './pages/job.ts'
import { mePage } from './pages/me.ts'
import { noticesPage } from './pages/notices.ts'
import { logPage, oneOffPage } from './pages/one-off.ts'
import { overviewPage } from './pages/overview.ts'
import { accountPage, peoplePage } from './pages/people.ts'
import { deploymentsPage, projectPage, runsPage } from './pages/project.ts'
import { releasePage } from './pages/release.ts'
import { releasesPage } from './pages/releases.ts'
import { runPage } from './pages/run.ts'
import { serverPage } from './pages/server.ts'
import { settingsPage } from './pages/settings.ts'
import { undeployedPage } from './pages/undeployed.ts'
import { variablesPage } from './pages/variables.ts'
import { waysBackPage } from './pages/ways-back.ts'

/** Every page there is: each its own file, with its address, what it asks the API, and how it shows that. */
export const pages: readonly Page[] = [
  ...[overviewPage, approvalsPage, insightsPage, auditPage, peoplePage, accountPage, serverPage, mePage],
  ...[projectPage, runsPage, deploymentsPage, releasesPage, releasePage, variablesPage, noticesPage, settingsPage],
  ...[undeployedPage, environmentPage, waysBackPage],
  ...[runPage, jobPage, deploymentPage, oneOffPage, logPage],
]
