/** Where a browser finds what has an id, below the server's address; the overview for what has no page of its own. */
export function pageOf(subject: string): string {
  const [, deployment] = /^(d\d+)(?:-|$)/.exec(subject) ?? []
  if (deployment !== undefined) return `/deployments/${deployment}`
  if (/^r\d+$/.test(subject)) return `/runs/${subject}`
  if (/^o\d+$/.test(subject)) return `/one-offs/${subject}`
  return '/'
}

export const jobPath = (run: string, job: string) => `${pageOf(run)}/jobs/${encodeURIComponent(job)}`

/** Where it finds the pages of a project, and of an environment. */
export const projectPath = (project: string) => `/projects/${encodeURIComponent(project)}`
export const environmentPath = (project: string, environment: string) =>
  `${projectPath(project)}/environments/${encodeURIComponent(environment)}`
/** By its version, which only apps of one project may share. */
export const releasePath = ({ project, app, version }: { project: string; app: string; version: string }) =>
  `${projectPath(project)}/releases/${encodeURIComponent(version)}?app=${encodeURIComponent(app)}`
export const undeployedPath = (project: string, environment: string) =>
  `${projectPath(project)}/undeployed/${encodeURIComponent(environment)}`

/** Pages of the server, and of a project: each stands below it under its own name. */
export const serverPages = ['approvals', 'audit', 'insights', 'me', 'people', 'server'] as const
export const projectPages = ['deployments', 'notices', 'releases', 'runs', 'settings', 'variables'] as const

/** Browsers have passkeys where nobody can stand in between, and for names only. */
export function canHavePasskeys(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl)
  const isAddress = /^[\d.]+$|^\[/.test(hostname)
  return hostname === 'localhost' || (protocol === 'https:' && !isAddress)
}
