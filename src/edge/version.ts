import type { Route } from './protocol.ts'

/** What `versionPath` answers for a route. */
export function versionBody(route: Route): string {
  const { release, environment, deployment } = route
  return `${JSON.stringify({ release: release.version, commit: release.commit, environment, deployment })}\n`
}
